"""What is written for the bereaved is told to nobody else.

A help centre has one page, often one part of a page, for when somebody has died. Its sentences
("without any charge", "you need do nothing") answer many a question in words, and hurt in fact.
They are told only where somebody in the conversation says that a person died.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from copilot.extractive.fitting.matching import Article, Unit
from copilot.extractive.hearing.asking import Heard
from copilot.extractive.language.words import meanings, stems
from copilot.facing import DEATH, facing

HALF = 0.5  # of a title's words: the whole page is on it
_SAYS = frozenset(stems("death bereavement bereaved die dies died deceased executor probate"))


def for_the_bereaved(articles: Sequence[Article], heard: Heard) -> frozenset[tuple[int, int]]:
    """Paragraphs and lists, by article, that are out since nobody died."""
    with_it = [a for a in articles if _is_on_it(a)]
    if not with_it or _is_death((heard.said_text, heard.told_text)):
        return frozenset()
    faced = " ".join(m.words for m in facing((heard.said_text,)))
    asked = frozenset(meanings(heard.open_text)) | frozenset(stems(faced))
    return frozenset(
        (unit.n, unit.said.block)
        for article in with_it
        for unit in article.units
        if _is_out(article, unit, asked)
    )


def _is_out(article: Article, unit: Unit, asked: frozenset[str]) -> bool:
    """The part on it and the whole of a page on it; beside it, what nobody asked for by name."""
    if article.hit.chunk.kind != "document" or _SAYS & unit.said.heading:
        return True
    on_it = _SAYS & article.title
    if len(on_it) >= HALF * len(article.title) > 0:
        return True
    return bool(on_it) and asked.isdisjoint((unit.said.heading | article.title) - on_it)


def _is_on_it(article: Article) -> bool:
    """Whether a page has such a part; a past reply is on it as a whole."""
    if article.hit.chunk.kind != "document":
        return _is_death(unit.text for unit in article.units)
    return bool(_SAYS & article.title) or any(_SAYS & u.said.heading for u in article.units)


def _is_death(texts: Iterable[str]) -> bool:
    return any(m.name == DEATH for m in facing(texts))
