"""Who cannot pay is told what helps, before what threatens.

A page on late payment lists days and what happens on them; beside it stands what can be agreed. To
somebody who says that money is short a fee or a deadline is told only where they ask for it, and
what helps comes first.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence

from copilot.extractive.fitting.matching import Article, Unit
from copilot.extractive.hearing.asking import Ask, Heard
from copilot.facing import facing

HARDSHIP = "hardship"
MOST_HELP = 2  # sentences of one page
_HELPS = re.compile(
    r"\binstal?ments?\b|\bpay(?:ment)? (?:plan|break|holiday|arrangement|pause|freeze)s?\b"
    r"|\b(?:agree|arrange|set up|offer|work out|find) (?:\w+ ){0,4}(?:plan|arrangement|way to pay"
    r"|later date|another date)\b"
    r"|\b(?:spread|split|lower|reduce|pause|freeze|defer|postpone)\w* (?:\w+ ){0,3}"
    r"(?:payments?|bills?|costs?|debt|rent|premiums?|balance)\b"
    r"|\b(?:end|leave|cancel)\w* (?:\w+ ){0,4}without (?:the |a |any )?(?:charge|fee|cost)"
    r"|\bmore time to pay\b|\bbreathing space\b|\bhardship (?:fund|scheme|team)\b",
    re.IGNORECASE,
)
_THREATENS = re.compile(
    r"\b(?:late|reminder|default|penalty) (?:payment )?(?:fee|charge)s?\b|\bnotice of (?:\w+ )?"
    r"(?:sale|default|disconnection|termination|eviction)\b|\bfinal (?:notice|demand|reminder)\b"
    r"|\b(?:be|is|are|get|gets) (?:then )?(?:sold|cut off|disconnected|suspended|terminated|blocked"
    r"|cancelled|restricted|repossessed|evicted|put on hold|passed to|handed to|auctioned)\b"
    r"|\b(?:we|you)(?: may| can| will|['’]ll)? (?:then )?(?:sell|cut off|disconnect|suspend"
    r"|terminate|block|repossess|evict)\b|\bdays to pay\b|\bdebt collect\w*|\bcollection agenc\w*"
    r"|\bbailiffs?\b|\b(?:county |in )court\b|\bcredit (?:file|record|rating|agenc\w*)"
    r"|\binterest (?:is|of|runs)\b|\bin default\b|\bdisconnection\b|\beviction\b|\bsurcharge\b",
    re.IGNORECASE,
)
_HAPPENS = re.compile(r"\bhappens?\b", re.IGNORECASE)
OF_TABLE = 0.4  # of a list's or a table's lines: it threatens as a whole


def is_in_need(heard: Heard) -> bool:
    """Whether they said in this conversation that money is short."""
    return any(m.name == HARDSHIP for m in facing((heard.said_text,)))


def is_titled_for_need(article: Article) -> bool:
    """Whether an article's title speaks to who cannot pay, as they do: "If you cannot pay"."""
    is_document = article.hit.chunk.kind == "document"
    return is_document and any(m.name == HARDSHIP for m in facing((article.hit.title,)))


def is_said_now(heard: Heard) -> bool:
    """Whether they say so in the message that is open."""
    return any(m.name == HARDSHIP for m in facing((heard.open_text,)))


def threats(articles: Sequence[Article], heard: Heard) -> frozenset[tuple[int, int]]:
    """Lines, by article, that threaten somebody in need who did not ask what would happen."""
    if not is_in_need(heard) or any(map(_asks_for_it, heard.asks)):
        return frozenset()
    return frozenset((u.n, u.said.line) for article in articles for u in _threatening(article))


def _threatening(article: Article) -> list[Unit]:
    """Sentences that threaten, and the others of a list or table that mostly does."""
    lines = Counter(u.said.block for u in article.units if u.said.kind != "prose")
    bad = [u for u in article.units if is_threat(u)]
    count = Counter(u.said.block for u in bad if u.said.kind != "prose")
    blocks = {b for b, n in count.items() if n >= max(2, OF_TABLE * lines[b])}
    listed = [u for u in article.units if u.said.kind != "prose" and u.said.block in blocks]
    return [*bad, *(u for u in listed if not _HELPS.search(u.text))]


def is_threat(unit: Unit) -> bool:
    """Whether a sentence tells what happens to those who do not pay, and nothing that helps."""
    return bool(_THREATENS.search(unit.text)) and not _HELPS.search(unit.text)


def _asks_for_it(ask: Ask) -> bool:
    """A date, an amount, "will you sell my things?", "what happens if I don't pay?"."""
    is_plain = ask.sort == "whether" and not ask.is_bare
    return ask.is_typed or is_plain or bool(_HAPPENS.search(ask.text))


def help_first(
    heard: Heard,
    told: Sequence[Unit],
    articles: Sequence[Article],
    faced: frozenset[int],
    is_out: Callable[[Unit], bool],
) -> tuple[Unit, ...]:
    """What helps, where a threat is told to somebody in need, or they just told us of their need.

    Nothing where a sentence that helps is told already, or was told before.
    """
    if not is_in_need(heard) or any(_HELPS.search(u.text) for u in told):
        return ()
    is_plain = is_said_now(heard) and not any(a.is_typed for a in heard.asks)
    if not is_plain and not any(map(is_threat, told)):
        return ()
    on_it = [(a, [u for u in a.units if _HELPS.search(u.text) and not is_out(u)]) for a in articles]
    best = max(
        ((a, units) for a, units in on_it if units),
        key=lambda pair: (pair[0].n in faced, pair[0].hit.score),
        default=None,
    )
    return tuple(best[1][:MOST_HELP]) if best else ()
