"""Tokens are counted exactly where a vocabulary is at hand, and from above where it is not."""

from __future__ import annotations

import base64
import hashlib
import socket
from pathlib import Path

import pytest
from tiktoken_ext import openai_public

from copilot.tokens import TokenCounter, estimate, vocabulary_of

TEXTS = [
    "",
    "a",
    "Where is my order?",
    "The refund of £24.50 arrives within five working days (see 4.2).",
    "日本語のテキスト",
    "😀😀 naïve Straße",
    "   \n\n\t x",
    "x" * 5_000,
    "1 2 3 4 5",
    "\ud83d broken",
]


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("counting reached for the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize("text", TEXTS)
def test_without_a_vocabulary_counts_are_estimates_and_say_so(text: str, tmp_path: Path) -> None:
    counter = TokenCounter(tmp_path)
    if counter.exact:
        pytest.skip("an installed package brings the vocabularies")
    assert counter.label == "estimated"
    size = len(text.encode(errors="surrogatepass"))
    assert counter.count(text) >= -(-size // 3)
    assert (counter.count(text) == 0) == (text == "")


@pytest.mark.usefixtures("no_network")
def test_a_damaged_vocabulary_is_left_alone_and_not_used(tmp_path: Path) -> None:
    of_o200k, of_cl100k = (
        "fb374d419588a4632f3f557e76b4b70aebbca790",
        "9b5ad71b2ce5302211f9c61530b329a4922fc6a4",
    )
    for name in (of_o200k, of_cl100k):
        (tmp_path / name).write_bytes(b"aGVsbG8= 0\n")
    counter = TokenCounter(tmp_path)
    assert counter.label in {"estimated", "o200k_base"}
    assert len(list(tmp_path.iterdir())) == 2


URL = "https://vocabulary.test/bytes"
BYTES = b"".join(base64.b64encode(bytes([n])) + b" %d\n" % n for n in range(256))
DIGEST = hashlib.sha256(BYTES).hexdigest()


def load_tiktoken_bpe(address: str, *, expected_hash: str) -> dict[bytes, int]:
    raise AssertionError("the library's own reader would download")


def single_bytes() -> dict[str, object]:
    """A vocabulary in the form in which the library keeps its own."""
    return {
        "name": "o200k_base",
        "pat_str": ".",
        "mergeable_ranks": load_tiktoken_bpe(URL, expected_hash=DIGEST),
        "special_tokens": {},
    }


def test_a_sound_vocabulary_is_read_from_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / hashlib.sha1(URL.encode()).hexdigest()).write_bytes(BYTES)
    monkeypatch.setitem(openai_public.ENCODING_CONSTRUCTORS, "o200k_base", single_bytes)
    counter = TokenCounter(tmp_path)
    assert (counter.exact, counter.label) == (True, "o200k_base")
    assert counter.count("hé") == 3
    assert counter.count("<|endoftext|>") == 13  # special words in a text are plain text


@pytest.mark.parametrize("text", ["a b c " * 500, "日本" * 400, "x" * 3_000, "short"])
@pytest.mark.parametrize("limit", [0, 1, 7, 100])
def test_a_cut_is_a_beginning_within_its_limit(text: str, limit: int, tmp_path: Path) -> None:
    counter = TokenCounter(tmp_path)
    cut = counter.cut(text, limit)
    assert text.startswith(cut)
    assert counter.count(cut) <= limit


def test_a_cut_ends_at_a_word(tmp_path: Path) -> None:
    assert TokenCounter(tmp_path).cut("alpha beta gamma " * 50, 12).split()[-1] in {
        "alpha",
        "beta",
        "gamma",
    }


@pytest.mark.parametrize(
    ("model", "vocabulary"),
    [
        ("gpt-4", "cl100k_base"),
        ("openai:gpt-3.5-turbo", "cl100k_base"),
        ("text-embedding-3-small", "cl100k_base"),
        ("gpt-4o-mini", "o200k_base"),
        ("gpt-6", "o200k_base"),
        ("openai:my-own", "o200k_base"),
        (None, "o200k_base"),
    ],
)
def test_every_model_has_a_vocabulary(model: str | None, vocabulary: str) -> None:
    assert vocabulary_of(model) == vocabulary


def test_an_estimate_grows_with_the_text() -> None:
    assert estimate("word " * 10) < estimate("word " * 20)
