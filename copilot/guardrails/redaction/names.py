"""Names where a greeting, an introduction or a sign-off shows them; no other is guessed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from copilot.guardrails.redaction.span import Span

# What is greeted or signs, and is no person.
NOBODY = frozenset(
    "team support there all everyone everybody folks guys sir madam sirs customer customers "
    "service sales help desk helpdesk again friend friends member user valued office crew staff "
    "department "
    "admin administrator bot assistant agent care company colleague colleagues partner client "
    "billing shop store the your our and dear hello hi hey thanks thank good morning afternoon "
    "evening day kunde kundin kundenservice damen herren zusammen tous monsieur madame equipo "
    "system automated notification windows android iphone ipad ios mac macbook samsung sony lg the "
    "this that please sorry yes no ok okay update urgent order ticket invoice question problem "
    "just now today tomorrow in advance so much a lot very for not".split()
)
_WORD = r"[^\W\d_a-zß-öø-ÿ][^\W\d_]{0,20}(?:['’-][^\W\d_]{1,20})?"
_NAME = rf"{_WORD}(?: (?:[A-Z]\.|{_WORD}|van|von|de|der|den|da|di|la|le|bin|al)){{0,3}}"
_TITLE = r"(?:(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Herr|Herrn|Frau|Monsieur|Madame|Señora?|Sr|Sra)\.? )?"
_GREETING = re.compile(
    r"^[ \t>]*(?:Hi|Hello|Hey|Dear|Good (?:morning|afternoon|evening|day)|Hallo"
    r"|Guten (?:Tag|Morgen)|Liebe[r]?|Sehr geehrte[r]?|Bonjour|Cher|Chère|Hola"
    r"|Estimad[oa]|Ciao|Gentile|Beste|Hej)"
    rf",? {_TITLE}({_NAME})(?= ?[,!.:;\n–-]|$)",
    re.MULTILINE,
)
_INTRODUCTION = re.compile(
    r"(?:\b(?:[Mm]y|MY) (?:full )?name(?: is|'s|:)"
    r"|\b[Mm]ein Name ist|\b[Jj]e m['’]appelle|\b[Mm]e llamo|\b[Mm]i chiamo|\b[Mm]ijn naam is"
    r"|(?:^|[\n.!?]\s?)(?:[Nn]ame|NAME) ?:"
    r"|(?:^|\n)[ \t>]*(?:[Hh]i|[Hh]ello|[Hh]ey|[Gg]ood (?:morning|afternoon|evening|day)|[Hh]allo)"
    r"(?: there| again| team| all)?[,.!]? (?:this is|I am|I'm|I’m|it's|it’s|hier ist|ici))"
    rf" {_TITLE}({_NAME})(?= ?[,.!;\n–-]|$"
    r"| (?:from|with|here|again|calling|writing|and|at|speaking|aus)\b)"
)
_CLOSING = (
    r"(?:(?:[Kk]ind|[Bb]est|[Ww]arm|[Mm]any|[Ww]ith best|[Ww]ith kind|[Kk]indest|[Ww]armest) )?"
    r"(?:[Rr]egards|[Ww]ishes|[Tt]hanks(?: again| in advance| a lot| so much)?|[Tt]hank you"
    r"|[Cc]heers|[Ss]incerely|[Yy]ours (?:sincerely|faithfully|truly)|[Bb]est|[Tt]ake care"
    r"|(?:[Mm]it )?(?:freundlichen?|besten?|lieben?|herzlichen?|viele|[Vv]iele|[Bb]este|[Ll]iebe)"
    r" Gr(?:ü|ue)(?:ß|ss)en?"
    r"|MfG|LG|VG|[Cc]ordialement|[Bb]ien à vous|[Ss]aludos|[Aa]tentamente|[Cc]ordiali saluti"
    r"|[Mm]et vriendelijke groet(?:en)?)"
)
_SIGN_OFF = re.compile(
    rf"(?:^|(?<=[.!?] )|(?<=[.!?]\n))[ \t>]*{_CLOSING} ?[,.!–-]?"
    rf"(?:[ \t]*\n){{1,3}}[ \t>-]*({_NAME})[ \t.]*$"
    rf"|(?:^|(?<=[.!?] )){_CLOSING} ?[,–-] ?[ \t]*({_NAME})[ \t.]*\Z",
    re.MULTILINE,
)


def introduced(text: str) -> Iterator[Span]:
    """Names in a greeting, after "my name is", and under the closing words."""
    for pattern in (_GREETING, _INTRODUCTION, _SIGN_OFF):
        for match in pattern.finditer(text):
            group = 1 if match[1] else 2
            if _is_person(match[group]):
                yield Span(match.start(group), match.end(group), "NAME")


@cache
def ordinary_words() -> frozenset[str]:
    """Names that are common words too."""
    written = (Path(__file__).parent / "names.txt").read_text("utf-8")
    lines = [line for line in written.splitlines() if not line.startswith("#")]
    return frozenset(" ".join(lines).split())


def could_be_person(author: str) -> bool:
    """Whether an author's field holds a person's name: words only, none of a desk's."""
    return bool(re.fullmatch(rf"{_TITLE}{_NAME}", author)) and _is_person(author)


def _is_person(name: str) -> bool:
    words = re.findall(r"[^\W\d_]+", name.lower())
    return not NOBODY.intersection(words) and not (len(name) > 4 and name.isupper())
