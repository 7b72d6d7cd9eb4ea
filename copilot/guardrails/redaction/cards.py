"""Payment cards and bank accounts, by their check digits."""

from __future__ import annotations

import re
from collections.abc import Iterator

from copilot.guardrails.redaction import cues
from copilot.guardrails.redaction.span import Span

_RUN = re.compile(r"(?<![\w.+])(?<![A-Za-z\d][-/_])\d(?:[ \u00a0-]?\d){11,18}(?!\w|[-.]\w)")
_GROUPED = re.compile(
    r"\d{4}(?:[ \u00a0-]\d{4}){2,3}(?:[ \u00a0-]\d{1,4})?|\d{4}[ -]\d{6}[ -]\d{4,5}"
)
_IBAN_START = re.compile(r"(?<![^\W_])[A-Z]{2}\d{2}(?=[ \u00a0-]?[A-Z0-9])", re.IGNORECASE)
# Length of an account number by country (ISO 13616 registry).
IBAN_LENGTHS = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22,
    "BR": 29, "BY": 28, "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "DO": 28,
    "EE": 20, "EG": 29, "ES": 24, "FI": 18, "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23,
    "GL": 18, "GR": 27, "GT": 28, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IQ": 23, "IS": 26,
    "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LC": 32, "LI": 21, "LT": 20, "LU": 20,
    "LV": 21, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MR": 27, "MT": 31, "MU": 30, "NL": 18,
    "NO": 15, "PK": 24, "PL": 28, "PS": 29, "PT": 25, "QA": 29, "RO": 24, "RS": 22, "SA": 24,
    "SC": 31, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "ST": 25, "SV": 28, "TL": 23, "TN": 24,
    "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20,
}  # fmt: skip


def luhn(digits: str) -> bool:
    """Whether the last digit checks the others by the method of ISO/IEC 7812."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def mod97(account: str) -> bool:
    """Whether an account number's two check digits are right (ISO 13616)."""
    turned = (account[4:] + account[:4]).upper()
    return int("".join(str(int(sign, 36)) for sign in turned)) % 97 == 1


def cards(text: str) -> Iterator[Span]:
    """Card numbers: check digit, an issuer's range, and no word that calls it something else."""
    for match in _RUN.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        if len(set(digits)) < 2 or not luhn(digits):
            continue
        window = cues.before(text, match.start())
        named = cues.says(cues.CARD, window)
        ranged = _is_issued(digits) or (_is_maestro(digits) and _GROUPED.fullmatch(match[0]))
        is_bare = not cues.is_reference(window) and text[match.start() - 1 : match.start()] != "#"
        if named or (ranged and is_bare and len(digits) > 12):
            yield Span(match.start(), match.end(), "CARD")


def ibans(text: str) -> Iterator[Span]:
    """Account numbers of any country: its length and the check digits must be right."""
    for match in _IBAN_START.finditer(text):
        length = IBAN_LENGTHS.get(match[0][:2].upper())
        end = _end_of(text, match.start(), length) if length else None
        if end and mod97(re.sub(r"[^A-Za-z0-9]", "", text[match.start() : end])):
            yield Span(match.start(), end, "IBAN")


def _end_of(text: str, start: int, length: int) -> int | None:
    """Behind `length` letters and digits with single blanks between; None where they run on."""
    place, count, was_gap = start, 0, False
    while place < len(text) and count < length:
        sign = text[place]
        if sign.isascii() and sign.isalnum():
            count, was_gap = count + 1, False
        elif sign in " \u00a0-" and not was_gap:
            was_gap = True
        else:
            return None
        place += 1
    runs_on = place < len(text) and text[place].isalnum()
    return place if count == length and not runs_on else None


def _is_issued(digits: str) -> bool:
    """The ranges and lengths of the large networks."""
    two, three, four, n = int(digits[:2]), int(digits[:3]), int(digits[:4]), len(digits)
    return (
        (digits[0] == "4" and n in (13, 16, 19))
        or ((51 <= two <= 55 or 2221 <= four <= 2720) and n == 16)
        or (two in (34, 37) and n == 15)
        or ((300 <= three <= 305 or two in (36, 38, 39)) and n in (14, 16))
        or ((four == 6011 or 644 <= three <= 649 or two == 65) and n in (16, 19))
        or (3528 <= four <= 3589 and n == 16)
        or (four in (1800, 2131) and n == 15)
        or (two == 62 and 16 <= n <= 19)
    )


def _is_maestro(digits: str) -> bool:
    two = int(digits[:2])
    return two == 50 or 56 <= two <= 69
