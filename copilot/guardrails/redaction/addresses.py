"""Postal addresses by their form: a number with a street's word, a label before, a letter's head.

Without a model most addresses in running text stay unseen; these are the forms that nothing else
in a support desk has. A street that has a number but no street's word ("Tylova 285") is found
only behind words such as "my address is" or in a block of lines with a flat's number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from copilot.guardrails.redaction.names import NOBODY, could_be_person
from copilot.guardrails.redaction.span import Span

_CAP = r"[A-ZÀ-ÖØ-Þ][\w'’-]{0,30}(?![\w'’-])"  # bounded: a hostile text is one endless word
_SMALL = r"(?:de|du|des|la|le|del|dei|della|delle|di|da|do|dos|das|e|van|der|den|of|the|im|am)"
_NO = r"\d{1,6}[A-Za-z]?(?:[ /-]\d{1,5}[A-Za-z]?)?"
_MARK = r"[ \t>?|*]*"  # what a quoted letter has before each line
_UNIT = r"(?:[Aa]pt\.?|[Aa]partment|[Ss]uite|[Ss]te\.?|[Ff]lat|[Uu]nit|#) ?#?\d{1,5}[A-Za-z]?"
_TYPE = (
    r"(?:(?:Street|Road|Avenue|Lane|Drive|Court|Close|Place|Square|Terrace|Boulevard|Crescent"
    r"|Parkway|Highway|Mews|Grove|Gardens|Walk|Way|Alley|Circle|Trail|Esplanade|Quay)\b"
    r"|(?:St|Rd|Ave|Ln|Dr|Ct|Pl|Sq|Blvd|Pkwy|Hwy|Str)\b\.?)"
)
_NO_STREET = r"(?!(?:Flash|Hard|External|USB|[GTM]B|Pen|Disk|Google|One|Volt|SSD|Grand|Lane)\b)"
# Behind the street an address goes on or ends; a thing that is merely called so goes on otherwise.
_AFTER = rf"(?=[ \t]*(?:$|[,.;:!?)\n]|{_UNIT}|(?:in|and|please|instead|street|after)\b|[A-Z]))"
_ENGLISH = rf"\b{_NO},? (?:[NSEW]\.? )?(?:{_NO_STREET}{_CAP} ){{1,4}}{_TYPE}{_AFTER}"
_GERMANIC = (
    r"\b(?!(?i:park|stell|arbeits|speicher|steck|sitz|lade|schlüssel|der |die |das |ein|mein|dies))"
    r"[A-ZÄÖÜÅØÆ][\w-]{2,30}"
    r"(?:stra(?:ß|ss)e|str\.|weg|platz|allee|gasse|ring|damm|ufer|chaussee|straat|laan|plein|kade"
    r"|gracht|gatan|gata|vägen|veien|vegen|vej|gade|katu|kuja|braut|stræti|straeti"
    r"| (?:Stra(?:ß|ss)e|Str\.|Allee|Platz|Weg|utca|u\.|útja|út|tér|körút|krt\.|rkp\.))"
    r" ?\d{1,4}[a-z]?\b"
)
_ROMANCE = (
    r"\b(?:[Rr]ue|[Aa]venue|Av\.?|[Bb]oulevard|Bd\.?|[Cc]hemin|[Ii]mpasse|Quai|[Cc]alle|C/|Paseo"
    r"|[Aa]venida|Avda\.?|[Rr]ua|Travessa|Praça|Viale|Piazza|Corso|Via(?= d)) ?"
    rf"(?:{_SMALL} |d['’]|l['’])*{_CAP}(?: (?:{_SMALL} )?{_CAP}){{0,3}}"
)
_ROMANCE_NUMBERED = rf"(?:\b{_NO},? )?{_ROMANCE},? \d{{1,5}}\b|\b{_NO},? {_ROMANCE}"
_SLAVIC = rf"\bul\. {_CAP}(?: {_CAP})? \d{{1,4}}[a-z]?\b"
_IN_LINE = (
    rf"\b{_NO} (?:(?:{_CAP}|{_SMALL}|\d{{1,4}}\.?) ){{1,6}}?(?:Apt\.|Suite|Ste\.) ?#?\d{{1,5}}"
)
# Each form with words one of which it must hold: looking for these is what most texts cost.
_STREETS = tuple(
    (re.compile(form, re.MULTILINE), tuple(cues.split("|")))
    for form, cues in (
        (_IN_LINE, "apt.|suite|ste"),
        (_ENGLISH, " "),
        (
            _GERMANIC,
            (
                "stra|str.|weg|platz|allee|gasse|ring|damm|ufer|chaussee|laan|plein|kade|gracht"
                "|gata|vägen|veien|vegen|vej|gade|katu|kuja|braut|stræti|utca|u.|út|tér|krt.|rkp."
            ),
        ),
        (
            _ROMANCE_NUMBERED,
            (
                "rue|venue|av|oulevard|bd|hemin|mpasse|quai|calle|c/|paseo|rua|travessa|praça"
                "|viale|piazza|corso|via d"
            ),
        ),
        (_SLAVIC, "ul."),
    )
)
_BOX = re.compile(
    r"\b(?:P\. ?O\. ?Box|PO ?Box|P\.O\.B\.|Post(?:al)? Box|Postfach|Postbus|Casella [Pp]ostale"
    r"|Apartado(?: de [Cc]orreos)?) (?:[Nn]o\.? )?\d{1,3}(?: ?\d{2,4}){0,2}\b"
)
_STATES = (
    "A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]"
    "|T[NX]|UT|V[AT]|W[AIVY]"
)
_TOWN = re.compile(
    rf"\b{_CAP}(?: {_CAP}){{0,2}},? (?:{_STATES}) \d{{5}}(?:-\d{{4}})?\b"
    rf"|^{_MARK}(?P<post>[^\n]{{3,34}})(?:\n{_MARK}|, )(?:[AFD]PO) A[AEP],? \d{{5}}\b",
    re.MULTILINE,
)
_NAMED = re.compile(  # words that announce an address; a name may stand between them and it
    r"(?:\b(?:[Aa]ddress(?: is|:)|(?:[Ll]ive|[Ll]ives|[Ll]iving|[Rr]esid(?:e|es|ing)) (?:at|on)"
    r"|[Aa]dresse(?: ist| est|:)|[Dd]irecci[óo]n(?: es|:)))\s{1,8}"
)
_SENT = re.compile(
    r"\b(?:[Mm]oved to|[Ss]hip(?:ped)? (?:it |this )?to|[Ss]end (?:it |this |them |a new one )?to"
    r"|[Dd]eliver(?:ed)? (?:it )?to|[Ll]ocated at|[Mm]eet you at|[Ii]t's in|[Aa]rrived at)\s{1,3}"
)
_PLAIN = re.compile(
    rf"{_NO}(?: {_CAP})(?: (?:{_CAP}|{_SMALL}))*(?: \d{{1,4}}\b\.?)?"
    rf"|(?:{_CAP} )(?:(?:{_CAP}|{_SMALL}) ){{0,3}}\d{{1,4}}[a-z]?\b\.?"
)
_TWO_WORDS = re.compile(rf"{_NO}(?: {_CAP}){{2,4}}(?: \d{{1,4}}\b)?|{_NO} {_CAP} \d{{1,4}}\b")
_BLOCK = re.compile(
    rf"^{_MARK}(?P<street>\d{{1,6}}[ /-][^\n:@]{{3,44}})\n{_MARK}{_UNIT}[.,]?[ \t]*$", re.MULTILINE
)
_PLACE = rf"{_CAP}(?:[ -](?:{_CAP}|nad|am|an der|de|la|upon)){{0,3}}"
_MORE = re.compile(  # what may follow a street: flat, town, post code, country
    rf"(?:,? |,?[ \t]*\n{_MARK})"
    rf"(?:{_UNIT}"
    rf"|(?:[A-Z]{{1,3}}-)?\d{{4,6}}(?: {_CAP}){{1,2}}"
    rf"|(?:{_CAP} ){{0,2}}[A-Z]{{1,2}}\d[A-Z\d]? \d[A-Z]{{2}}\b"
    rf"|{_PLACE},? (?:[A-Z]{{2,3}} )?\d{{4,6}}(?:-\d{{3,4}})?\b"
    rf"|{_PLACE}(?=[ \t]*(?:\n|$|[,.?!;])))"
)
_DIGIT, _ZIP = re.compile(r"\d"), re.compile(r"\d{5}")
_MOST = 5  # parts behind the street
_NO_ADDRESS = re.compile(
    r"\b(?:Page|Section|Step|Server|Hall|Plan|Store|Version|Bytes?|Printer|Locker|Level|Room|Port)\b"
)
# Our own counters, said by us: customers must be able to read them.
_OURS = re.compile(
    r"\b(?:our|us at|return(?:s|ed)? (?:it )?to|back to|warehouse|office|store|shop|showroom|branch"
    r"|visit|unser\w*|filiale)\b",
    re.IGNORECASE,
)
WINDOW = 60


def addresses(text: str, *, keep_ours: bool = False) -> Iterator[Span]:
    """Addresses, the longest reading first, and the names that stand above them in a letter."""
    if not _DIGIT.search(text):
        return
    for start, end in _streets(text):
        if keep_ours and _OURS.search(text[max(0, start - WINDOW) : start]):
            continue
        whole = _extended(text, end)
        yield Span(start, whole, "ADDRESS")
        yield Span(start, end, "ADDRESS")
        yield from _addressees(text, start)


def _streets(text: str) -> Iterator[tuple[int, int]]:
    lowered = text.lower()
    for match in _BLOCK.finditer(text) if "\n" in text else ():
        yield match.start("street"), match.end()
    for street, cues in (*_STREETS, (_BOX, ("box", "post", "p.o.", "casella", "apartado"))):
        for cue in cues:
            if cue in lowered:
                yield from (match.span() for match in street.finditer(text))
                break
    for match in _TOWN.finditer(text) if _ZIP.search(text) else ():
        yield match.start("post") if match["post"] else match.start(), match.end()
    for announced, form in ((_NAMED, _PLAIN), (_SENT, _TWO_WORDS)):
        for match in announced.finditer(text):
            found = form.match(text, match.end())
            if found and not _NO_ADDRESS.search(found[0]):
                yield found.span()


def _extended(text: str, end: int) -> int:
    """Where the address ends when what follows belongs to it."""
    for _ in range(_MOST):
        more = _MORE.match(text, end)
        if more is None or NOBODY.intersection(re.findall(r"[a-z]+", more[0].lower())):
            break
        end = more.end()
    return end


def _addressees(text: str, start: int) -> Iterator[Span]:
    """Names on the lines right above an address that begins its own line."""
    line = text.rfind("\n", 0, start) + 1
    if text[line:start].strip(" \t>?|*"):
        return
    end = line - 1
    for _ in range(3):
        begin = text.rfind("\n", 0, max(0, end)) + 1
        said = text[begin : max(begin, end)]
        name = re.sub(r"^.*?:\s*|^[ \t>?|*]+", "", said).strip()
        if name and 2 <= len(name.split()) <= 4 and could_be_person(name):
            at = text.index(name, begin)
            yield Span(at, at + len(name), "NAME")
        elif name:
            return
        if begin == 0:
            return
        end = begin - 1
