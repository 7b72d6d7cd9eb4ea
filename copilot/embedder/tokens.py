"""Text to token ids: any string in, bounded work, never an exception."""

from __future__ import annotations

from collections.abc import Sequence

from tokenizers import Tokenizer

from copilot.embedder import weights
from copilot.embedder.cleaning import clean

MAX_TOKENS = 256
# A token of running text has four to five characters. Cutting at 32 per token loses nothing real
# and bounds the work on a line of a megabyte.
MAX_CHARS = 32 * MAX_TOKENS


class WordPieces:
    """The model's own tokeniser, truncating and without padding."""

    def __init__(self) -> None:
        self._tokenizer: Tokenizer = Tokenizer.from_buffer(weights.checked("tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_TOKENS)
        # "[SEP]" in a customer's text is text, not structure.
        self._tokenizer.encode_special_tokens = True

    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        """The token ids of each text, [CLS] and [SEP] included, so never empty."""
        cleaned = [clean(text, MAX_CHARS) for text in texts]
        return [encoded.ids for encoded in self._tokenizer.encode_batch_fast(cleaned)]
