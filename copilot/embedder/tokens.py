"""Text to token ids: any string in, bounded work, never an exception."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache

from tokenizers import Tokenizer

from copilot.embedder import weights
from copilot.embedder.cleaning import clean
from copilot.errors import EmbedderError

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


@cache
def common_words() -> Mapping[str, int]:
    """The words that the model has whole, and their place: the lower, the commoner.

    They are what a word must not be to pass for a slip of the pen. Empty without the model's files.
    """
    try:
        vocabulary = json.loads(weights.checked("tokenizer.json"))["model"]["vocab"]
    except EmbedderError:
        return {}
    return {w: place for w, place in vocabulary.items() if len(w) > 3 and w.isalpha()}
