"""Telephone numbers: international ones by their form, national ones by form or by words."""

from __future__ import annotations

import re
from collections.abc import Iterator

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType

from copilot.guardrails.redaction import cues
from copilot.guardrails.redaction.span import Span

RUN = re.compile(
    r"(?<![\w@#=€$£+])(?<![^\W_][-./_])(?<!\d,)(?:\+ ?)?\(?\d(?:[ \u00a0./()\-–]{0,3}\d){5,16}"
    r"(?:\s?(?:x|ext\.?)\s?\d{1,6})?(?!\w)"
)
# Regions whose national numbers begin with a zero; one without words must be valid in one.
REGIONS = tuple("GB DE FR BE NL CH AT IT AU NZ ZA SE FI IE IN JP HU".split())
_DATE = re.compile(
    r"(?:19|20)\d\d[-./ ][01]?\d[-./ ][0-3]?\d(?!\d)|[0-3]?\d([-./])[0-3]?\d\1(?:\d{4}|\d\d)(?!\d)"
)
_NORTH_AMERICAN = re.compile(
    r"(?:1[ .-])?(?:\([2-9]\d\d\) ?|[2-9]\d\d[ .-])[2-9]\d\d[.-]\d{4}(?:\s?(?:x|ext\.?)\s?\d{1,6})?"
)
_PART_BEHIND = re.compile(r"[-./_][^\W_]|[,.:]\d|\s?(?:[%€$£]|(?:EUR|USD|GBP|kg|mm|cm|km|GB|MB)\b)")
_TWO_OR_MORE_GAPS = re.compile(r"\d[^\d]+\d+[^\d]+\d")
_SERVICE = (PhoneNumberType.TOLL_FREE, PhoneNumberType.SHARED_COST, PhoneNumberType.PREMIUM_RATE)


def phones(text: str, *, keep_service: bool = False) -> Iterator[Span]:
    """Telephone numbers; those that anybody may call (toll free) may be kept."""
    for match in RUN.finditer(text):
        if _is_phone(text, match) and not (keep_service and _is_service(match[0])):
            yield Span(match.start(), match.end(), "PHONE")


def e164(written: str, region: str | None = None) -> str | None:
    """The number in its one international form; a national one needs its region declared."""
    international = re.sub(r"^\s*00(?=[1-9])", "+", written)
    try:
        number = phonenumbers.parse(international, region)
    except NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _is_phone(text: str, match: re.Match[str]) -> bool:
    written = match[0]
    digits = len(re.sub(r"\D", "", re.split(r"x|ext", written)[0]))
    if written.startswith("+"):
        return digits >= 8 and e164(written) is not None
    if not 7 <= digits <= 15 or _DATE.match(written):
        return False
    if cues.PHONE_BEHIND.match(text, match.end()):
        return True
    window = cues.before(text, match.start())
    if _PART_BEHIND.match(text, match.end()) or cues.is_reference(window):
        return False
    return cues.says(cues.PHONE, window) or _has_form(written)


def _has_form(written: str) -> bool:
    """A form that only telephone numbers have, without any word that says so."""
    if _NORTH_AMERICAN.fullmatch(written):
        return True
    if not _TWO_OR_MORE_GAPS.search(written):
        return False
    if written.startswith("00"):
        return e164(written) is not None
    return written.startswith(("0", "(0")) and any(_is_valid(written, r) for r in REGIONS)


def _is_valid(written: str, region: str) -> bool:
    try:
        return bool(phonenumbers.is_valid_number(phonenumbers.parse(written, region)))
    except NumberParseException:
        return False


def _is_service(written: str) -> bool:
    for region in (None, "US", "GB", "DE"):
        try:
            number = phonenumbers.parse(written, region)
        except NumberParseException:
            continue
        if phonenumbers.number_type(number) in _SERVICE:
            return True
    return False
