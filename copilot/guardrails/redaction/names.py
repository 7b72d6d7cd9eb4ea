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
# What follows needs more than one word, or what looks like a name may be a thing's.
_FULL = rf"{_WORD}(?: (?:[A-Z]\.?|{_WORD}|van|von|de|der|den|da|di|la|le|bin|al)){{1,3}}"
_TITLED = re.compile(
    r"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Herrn?|Frau|Señora?|Monsieur|Madame)\.? "
    rf"({_WORD}(?: (?:[A-Z]\.|{_WORD}|van|von|de|der|den|da|di)){{0,2}})"
)
_PART = re.compile(
    r"\b(?:[Mm]aiden|[Ff]irst|[Ll]ast|[Ff]amily|[Mm]iddle|[Ss]ur|[Gg]iven|[Ff]ull) ?name"
    r"(?: is|'s|:)"
    rf" {_TITLE}({_NAME})(?=[,.;!?\n]|$)|\b[Cc]all me ({_WORD})(?=[,.;!?\n]|$| and\b)"
)
_KIN = re.compile(
    r"\b[Mm]y (?:wife|husband|son|daughter|kid|child|brother|sister|mother|father|mum|mom|dad"
    r"|partner|boss|colleague|assistant|friend|neighbou?r|flatmate|roommate|boyfriend|girlfriend|landlord"
    rf"|tenant|grand(?:mother|father|son|daughter)|aunt|uncle|cousin),? ({_WORD}(?: {_WORD})?)\b"
)
_FORMAL = re.compile(
    r"\b(?:[Oo]n behalf of|[Ii]n the name of|[Uu]nder the name(?: of)?|[Aa]ddressed to|[Ss]igned by"
    r"|[Rr]egistered (?:to|under)|[Aa]ccount holder(?: is|:)?|[Cc]ard ?holder(?: name)?(?: is|:)"
    r"|[Ss](?:poke|poken) (?:to|with)|[Tt]alked (?:to|with)|[Cc]ontact person(?: is|:)"
    r"|[Nn]ame on the (?:card|account|order|booking|policy)(?: is|:)|[Aa]ttn\.?:?|c/o"
    rf"|[Ff]or the attention of|grand(?:mother|father) was called) {_TITLE}({_FULL})(?=[^\w]|$)"
)
_SELF = re.compile(
    rf"(?:^|[.!?] )(?:I am|I'm|I’m|[Tt]his is) {_TITLE}({_FULL})"
    r"(?= ?[,.!;\n]|$| from | with | calling)"
    rf"|^({_FULL}) here[,.!]",
    re.MULTILINE,
)
_INITIAL = re.compile(rf"\b({_WORD} (?:[A-Z]\.|[A-HJ-Z]) {_WORD})(?=\W|$)")
# Before a single letter these are things that come by letters; as titles' names, trade marks.
_LETTERED = frozenset(
    "plan option type class section step part appendix vitamin series model version phase tier "
    "group block gate terminal zone unit hepatitis grade schedule exhibit figure table level "
    "line room hall building row team size drive category variant side route bus".split()
)
_MARKS = frozenset(
    "coffee martens office oetker meyers pepper beckmann hauschka word excel teams edition clean "
    "muscle bean potato who no".split()
)
_DAYS = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may "
    "june july august september october november december".split()
)
_LOUD = frozenset("ASAP OK DO AM PLEASE FYI RSVP ID PIN IS NOT NO YES AND".split())
_VERBS = frozenset("googled texted skyped zoomed facetimed".split())
# What people are or have and is written large: a plan, a town, a device.
_STATES = frozenset(
    "premium gold silver platinum plus pro business basic smart home bluetooth step page free new "
    "department returns control management administration reception accounting mobile".split()
)


def introduced(text: str) -> Iterator[Span]:
    """Names in a greeting, after "my name is", under the closing words; after a title or a tie."""
    lowered = text.lower()
    for pattern, against, cues in _shown():
        for cue in cues:  # a substring is found ten times as fast as a pattern fails
            if cue in lowered:
                yield from _named(pattern, text, against)
                break


@cache
def _shown() -> tuple[tuple[re.Pattern[str], frozenset[str], tuple[str, ...]], ...]:
    """Patterns with the words no name of theirs has, and those one of which must be there."""
    things, nobody = _STATES | _DAYS, frozenset[str]()
    titles = "mr miss mrs ms mx dr prof herr frau señor monsieur madame"
    formal = (
        "behalf name addressed signed registered holder spoke talked contact attn c/o attention "
        "called"
    )
    closing = (
        "regards wishes thank cheers sincerely yours best care grü grue mfg lg vg cordial vous "
        "saludos atentamente groet"
    )
    selves = ("i am ", "i'm ", "i’m ", "this is ", " here")
    named = ("name", "naam", "appelle", "llamo", "chiamo", "it's", "it’s", "hier ist", "ici")
    return (
        (_GREETING, nobody, ("",)),
        (_INTRODUCTION, nobody, named + selves),
        (_SIGN_OFF, nobody, tuple(closing.split())),
        (_TITLED, _MARKS, tuple(titles.split())),
        (_PART, _STATES, ("name", "call me")),
        (_KIN, things | _VERBS, ("my ",)),
        (_FORMAL, things, tuple(formal.split())),
        (_SELF, things | ordinary_words(), selves),
        (_INITIAL, things | _LETTERED, (" ",)),
    )


def _named(pattern: re.Pattern[str], text: str, against: frozenset[str]) -> Iterator[Span]:
    for match in pattern.finditer(text):
        group = 1 if match[1] else 2
        name = _trimmed(match[group])
        if name and _is_person(name) and not against.intersection(name.lower().split()):
            yield Span(match.start(group), match.start(group) + len(name), "NAME")


def _trimmed(name: str) -> str:
    """The name without the words behind it that are large for another reason: `I`, days, shouts."""
    words = name.split(" ")
    for place, word in enumerate(words):
        is_last = place == len(words) - 1 or words[place + 1] in _LOUD
        if word.lower() in _DAYS or word in _LOUD or (word in ("I", "I'm", "I’m") and is_last):
            return " ".join(words[:place])
    return name


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
