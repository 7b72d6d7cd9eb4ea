"""Numbers a state gives to a person, by check digits, and dates of birth."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from copilot.guardrails.redaction import cues
from copilot.guardrails.redaction.cards import luhn
from copilot.guardrails.redaction.span import Span


def steuer_id(digits: str) -> bool:
    """German tax id: eleven digits, ISO 7064 mod 11,10; one digit of the first ten repeats."""
    product = 10
    for digit in digits[:-1]:
        total = (int(digit) + product) % 10 or 10
        product = total * 2 % 11
    return (
        digits[0] != "0" and len(set(digits[:10])) < 10 and (11 - product) % 10 == int(digits[-1])
    )


def nhs(digits: str) -> bool:
    """Number of the British health service: mod 11 over weights ten to two."""
    total = sum(int(d) * w for d, w in zip(digits, range(10, 1, -1), strict=False))
    return 11 - total % 11 == (int(digits[-1]) or 11)


def bsn(digits: str) -> bool:
    """Dutch citizen number: the test of eleven."""
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    total = sum(int(d) * w for d, w in zip(digits, weights, strict=True))
    return total % 11 == 0 and total > 0


def pesel(digits: str) -> bool:
    """Polish citizen number: the weighted sum of all digits ends in zero."""
    weights = (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)
    return sum(int(d) * w for d, w in zip(digits, weights, strict=True)) % 10 == 0


def nir(digits: str) -> bool:
    """French social security number: 97 less the rest of the first thirteen digits."""
    return 97 - int(digits[:13]) % 97 == int(digits[13:])


def cpf(digits: str) -> bool:
    """Brazilian tax number: two check digits by mod 11."""
    for n in (9, 10):
        total = sum(int(d) * (n + 1 - i) for i, d in enumerate(digits[:n]))
        if total * 10 % 11 % 10 != int(digits[n]):
            return False
    return len(set(digits)) > 1


def ahv(digits: str) -> bool:
    """Swiss social security number: the check digit of EAN-13."""
    return sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(digits)) % 10 == 0


def dni(written: str) -> bool:
    """Spanish identity number: the letter is the rest of 23."""
    number = written[:-1].translate(str.maketrans("XYZxyz", "012012"))
    return "TRWAGMYFPDXBNJZSQVHLCKE"[int(number) % 23] == written[-1].upper()


def codice_fiscale(written: str) -> bool:
    """Italian tax code: the last letter is the sum of all others by place."""
    odd = "1 0 5 7 9 13 15 17 19 21 2 4 18 20 11 3 6 8 12 14 16 10 22 25 24 23".split()
    total = 0
    for place, sign in enumerate(written.upper()[:-1]):
        value = int(sign) if sign.isdigit() else ord(sign) - ord("A")
        total += value if place % 2 else int(odd[value])
    return chr(ord("A") + total % 26) == written[-1].upper()


def ssn(digits: str) -> bool:
    """United States: no check digit, but numbers that are never given out."""
    return digits[:3] not in ("000", "666") and digits[3:5] != "00" and digits[5:] != "0000"


def _any(_: str) -> bool:
    return True


class Form(NamedTuple):
    """How a number is written, its check, and the words it needs beside it (None: none)."""

    written: re.Pattern[str]
    check: Callable[[str], bool]
    words: re.Pattern[str] | None


def _form(written: str, check: Callable[[str], bool], words: str | None = None) -> Form:
    whole = rf"(?<![\w-])(?<!\d[./])(?:{written})(?![\w]|[-./]\w)"
    said = re.compile(rf"\b(?:{words})\b", re.IGNORECASE) if words else None
    return Form(re.compile(whole, re.IGNORECASE), check, said)


FORMS = (
    _form(r"\d{3}-\d{2}-\d{4}", ssn),
    _form(r"\d{3}[ -]?\d{2}[ -]?\d{4}", ssn, r"ssn|social security(?: (?:number|no))?"),
    _form(r"\d{3}[ -]?\d{3}[ -]?\d{4}", nhs, r"nhs(?: (?:number|no))?"),
    _form(r"[a-z]{2} \d\d \d\d \d\d [a-d]", _any),
    _form(r"[a-z]{2} ?\d\d ?\d\d ?\d\d ?[a-d]", _any, r"national insurance|nino|ni (?:number|no)"),
    _form(
        r"\d{2} ?\d{3} ?\d{3} ?\d{3}",
        steuer_id,
        r"steuer-?(?:id\w*|nummer|identifikationsnummer)|identifikationsnummer|idnr|tax id|tin",
    ),
    _form(
        r"[12] ?\d\d ?[01]\d ?\d[\dab] ?\d{3} ?\d{3} ?\d\d",
        nir,
        r"nir|s[ée]curit[ée] sociale|insee",
    ),
    _form(r"\d{9}", bsn, r"bsn|burgerservicenummer|sofinummer"),
    _form(r"\d{11}", pesel, r"pesel"),
    _form(r"\d{3}[ -]?\d{3}[ -]?\d{3}", luhn, r"sin|social insurance(?: number)?"),
    _form(r"\d{6}[-+]?\d{4}", luhn, r"personnummer|personal identity number"),
    _form(r"\d{3}\.\d{3}\.\d{3}-\d{2}", cpf),
    _form(r"\d{11}", cpf, r"cpf"),
    _form(r"756\.\d{4}\.\d{4}\.\d{2}", ahv),
    _form(r"(?:\d{8}|[xyz]-?\d{7})-?[a-z]", dni, r"dni|nie|nif"),
    _form(r"[a-z]{6}\d\d[a-ehlmprst]\d\d[a-z]\d{3}[a-z]", codice_fiscale),
    _form(
        r"(?=(?:[a-z-]{0,4}\d){5})[a-z0-9][a-z0-9-]{5,17}|\d{4}-\d\d-\d{4}",
        _any,
        r"passport|driv(?:er'?s?|ing) licen[cs]e|id(?:entity)? card"
        r"|personalausweis\w*|reisepass\w*",
    ),
)
_ANY_WORD = re.compile("|".join(f.words.pattern for f in FORMS if f.words), re.IGNORECASE)
_DATE = (
    r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}|\d{1,2}(?:st|nd|rd|th|\.)? (?:of )?[^\W\d_]{3,9}\.?,? \d{2,4}"
    r"|[^\W\d_]{3,9}\.? \d{1,2}(?:st|nd|rd|th)?,? \d{2,4}"
)
_BIRTH = re.compile(
    r"\b(?:born(?: on)?|date of birth|birth ?date|birthday|d\.?o\.?b\.?"
    r"|geboren(?: am)?|geburtsdatum|n[ée]e? le|fecha de nacimiento|geboortedatum)\b"
    r"[ :=]{0,3}(?:is |was |am |ist )?[ :]{0,2}"
    rf"({_DATE})",
    re.IGNORECASE,
)


def national_ids(text: str) -> Iterator[Span]:
    """Numbers of persons; a form that other numbers share needs its own word before it."""
    is_named = bool(_ANY_WORD.search(text))
    for form in FORMS:
        if form.words is not None and not (is_named and form.words.search(text)):
            continue
        for match in form.written.finditer(text):
            plain = re.sub(r"[^A-Za-z0-9]", "", match[0])
            window = cues.before(text, match.start())
            if form.words is None:
                sure = not cues.is_reference(window)
            else:
                sure = bool(form.words.search(window)) and not _between(form.words, window)
            if sure and _checks(form.check, plain):
                yield Span(match.start(), match.end(), "NATIONAL_ID")


def birth_dates(text: str) -> Iterator[Span]:
    """Dates that are said to be a birth."""
    for match in _BIRTH.finditer(text):
        yield Span(match.start(1), match.end(1), "BIRTH_DATE")


def _between(words: re.Pattern[str], window: str) -> bool:
    """Whether a word for another number stands between the id's own word and the number."""
    last = max(match.end() for match in words.finditer(window))
    return bool(re.search(r"\b(?:order|ticket|invoice|tracking|sku|serial)\b", window[last:], re.I))


def _checks(check: Callable[[str], bool], plain: str) -> bool:
    try:
        return check(plain)
    except ValueError:
        return False
