"""Reads single values strictly: times, dates, money, lists, speakers; a fault says what to do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from email.utils import parsedate_to_datetime
from typing import Any, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from copilot.domain import Role, Speaker, Visibility
from copilot.errors import ConfigError, InvalidInput
from ingest.loaders.jsonfaults import sort_of
from ingest.loaders.protocol import DateOrder, LoadOptions
from ingest.loaders.text import clean, squeeze

SPEAKERS: tuple[Speaker, ...] = get_args(Speaker)
ROLES: tuple[Role, ...] = get_args(Role)
VISIBILITIES: tuple[Visibility, ...] = get_args(Visibility)
_SLASHED = re.compile(
    r"^(\d{1,4})[./-](\d{1,2})[./-](\d{1,4})"
    r"(?:[,T ]+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([AaPp]\.?[Mm]\.?)?)?$"
)
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_SPELLED = re.compile(
    r"^(?:[A-Za-z]{3,9},? )?(?:(?P<day>\d{1,2})(?:st|nd|rd|th)?[ -](?P<month>[A-Za-z]{3,9})"
    r"|(?P<month2>[A-Za-z]{3,9})\.? (?P<day2>\d{1,2})(?:st|nd|rd|th)?),?[ -](?P<year>\d{4})"
    r"(?:,?(?: at)? (?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<sec>\d{2}))?"
    r"\s?(?P<half>[AaPp]\.?[Mm]\.?)?)?$"
)
_MONEY = re.compile(r"^[+-]?\d{1,12}(?:\.\d{1,6})?$")
_AMBIGUOUS = "say its order with --date-order dmy, mdy or ymd"


class FieldFault(InvalidInput):
    """One value of a record cannot be used; the record fails with this reason."""


@dataclass(slots=True)
class Clock:
    """Reads the times of one record; `unstated` tells that a time came without a zone."""

    options: LoadOptions
    unstated: bool = False

    def read(self, value: Any, name: str = "time") -> datetime | None:
        """An ISO time, a mail date, a number of seconds, or a date in the declared order."""
        if value is None or value == "":
            return None
        if isinstance(value, bool):
            raise FieldFault(f"{name} {value!r} is not a time")
        if isinstance(value, int | Decimal | float):
            return epoch(value, name)
        text = str(value).strip()
        if re.fullmatch(r"(?:\d{9,11}|\d{13})(?:\.\d+)?", text):  # seconds or milliseconds
            return epoch(Decimal(text), name)
        found = _iso(text) or _mail_date(text) or _spelled(text) or self._ordered(text, name)
        if found is None:
            raise FieldFault(
                f"{name} {text[:60]!r} is not a time; use ISO 8601 (2026-03-31T14:05Z)"
            )
        return self._zoned(found)

    def _zoned(self, found: datetime) -> datetime:
        if found.tzinfo is not None:
            return found
        if self.options.timezone is None:
            self.unstated = True
            return found.replace(tzinfo=UTC)
        return found.replace(tzinfo=zone(self.options.timezone))

    def _ordered(self, text: str, name: str) -> datetime | None:
        match = _SLASHED.match(text)
        if match is None:
            return None
        first, second, third, hour, minute, second_of, half = match.groups()
        order = "ymd" if len(first) == 4 else self.options.date_order
        if order is None:
            raise FieldFault(_no_order(name, text, int(first), int(second)))
        year, month, day = in_order((first, second, third), order)
        try:
            clock = _hour(hour, half), int(minute or 0), int(second_of or 0)
            # The caller adds the zone.
            return datetime(year, month, day, *clock)  # noqa: DTZ001
        except ValueError:
            raise FieldFault(
                f"{name} {text!r} is no date in the order {order}; {_AMBIGUOUS}"
            ) from None


def _no_order(name: str, text: str, first: int, second: int) -> str:
    """What to do about a date whose order nobody declared; one may show it for all."""
    shown = "dmy" if first > 12 else "mdy" if second > 12 else None  # the other is the month
    if shown:
        return f"{name} {text!r} needs its order declared; add --date-order {shown}"
    return f"{name} {text!r} can be read in two ways; {_AMBIGUOUS}"


def in_order(parts: Sequence[str], order: DateOrder) -> tuple[int, int, int]:
    """Year, month and day from three numbers written in `order`."""
    found = dict(zip(order, map(int, parts), strict=True))
    year = found["y"] + (2000 if found["y"] < 70 else 1900) if found["y"] < 100 else found["y"]
    return year, found["m"], found["d"]


def zone(name: str) -> tzinfo:
    """The named time zone, or a clear complaint."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ConfigError(f"{name!r} is no time zone; use a name such as Europe/Berlin") from None


def epoch(value: int | float | Decimal, name: str = "time") -> datetime:
    """Seconds, or milliseconds where the number is too large for seconds, since 1970."""
    seconds = float(value)
    if abs(seconds) > 100_000_000_000:
        seconds /= 1000
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        raise FieldFault(f"{name} {value!r} is no number of seconds since 1970") from None


def day_of(value: Any, name: str, options: LoadOptions) -> date | None:
    """A calendar day."""
    found = Clock(options).read(value, name)
    return found.date() if found else None


def money(value: Any, name: str = "price") -> Decimal | None:
    """An exact amount; never through a float."""
    if value is None or str(value).strip() == "":
        return None
    if isinstance(value, bool | float):
        raise FieldFault(f"{name} {value!r} is not an exact amount")
    text = str(value).strip().replace("\u00a0", "").replace(" ", "").lstrip("$€£¥")
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+\.\d{1,2}", text):
        text = text.replace(",", "")
    if not _MONEY.match(text):
        raise FieldFault(f"{name} {str(value)[:40]!r} is not an amount such as 12.50")
    return Decimal(text)


def number(value: Any, name: str) -> float:
    """A measure such as a limit or a rating."""
    try:
        found = float(Decimal(str(value).strip()))
    except (InvalidOperation, ValueError):  # True and False end here, too
        raise FieldFault(f"{name} {str(value)[:40]!r} is not a number") from None
    if found != found or found in (float("inf"), float("-inf")):
        raise FieldFault(f"{name} {value!r} is not a number")
    return found


def measures(value: Any, name: str) -> dict[str, float]:
    """`{"seats": 10}` or `seats=10;storage_gb=50`."""
    if value is None or value == "":
        return {}
    if isinstance(value, Mapping):
        return {squeeze(str(key)): number(one, f"{name}.{key}") for key, one in value.items()}
    pairs = [part.partition("=") for part in str(value).split(";") if part.strip()]
    if any(not sign or not key.strip() for key, sign, _ in pairs):
        raise FieldFault(f"{name} {str(value)[:60]!r} is not of the form seats=10;storage_gb=50")
    return {squeeze(key): number(one, f"{name}.{key.strip()}") for key, _, one in pairs}


def words(value: Any, name: str = "list", *, separator: str = ";") -> tuple[str, ...]:
    """A list of short texts, from a JSON list or a separated cell."""
    if value is None or value == "":
        return ()
    if isinstance(value, str):
        found: Iterable[Any] = value.split(separator)
    elif isinstance(value, list | tuple):
        found = value
    else:
        raise FieldFault(f"{name} must be a list, not {sort_of(value)}")
    if any(isinstance(one, dict | list) for one in found if not isinstance(value, str)):
        raise FieldFault(f"{name} must be a list of texts")
    return tuple(word for one in found if one is not None and (word := squeeze(str(one))))


def text(record: Mapping[str, Any], *names: str) -> str | None:
    """The first of the named fields that holds text or a number."""
    for name in names:
        value = record.get(name)
        if isinstance(value, str | int | Decimal) and not isinstance(value, bool):
            found = clean(str(value))
            if found:
                return found
    return None


def required(record: Mapping[str, Any], *names: str, example: str = "") -> str:
    """Like `text`, but its absence fails the record, and says by an example what to write."""
    found = text(record, *names)
    if found is None:
        such = f"; write one, such as {example}" if example else ""
        raise FieldFault(f"no {' or '.join(names)}{such}")
    return found


def flag(value: Any, name: str) -> bool | None:
    """True, false or unknown."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word in ("true", "yes", "y", "1"):
        return True
    if word in ("false", "no", "n", "0"):
        return False
    raise FieldFault(f"{name} {str(value)[:40]!r} is neither true nor false")


def speaker(value: Any, roles: Mapping[str, str] | None = None) -> tuple[Speaker, Role | None]:
    """A declared speaker such as `agent` or `agent:sales`; a mapping may translate the word."""
    word = str(value).strip() if value is not None else ""
    if not word:
        raise FieldFault("a turn has no speaker; name customer, agent, bot, system or third_party")
    lowered = {key.lower(): meant for key, meant in (roles or {}).items()}
    name, _, role = lowered.get(word.lower(), word).lower().partition(":")
    if name not in SPEAKERS:
        raise FieldFault(
            f"speaker {word[:40]!r} is unknown; use {', '.join(SPEAKERS)} or map it in `roles`"
        )
    return name, role_of(role)


def role_of(value: Any) -> Role | None:
    """sales, service or unknown."""
    word = str(value).strip().lower() if value is not None else ""
    if word == "":
        return None
    if word not in ROLES:
        raise FieldFault(f"role {word[:40]!r} is unknown; use sales or service")
    return word


def visibility(value: Any) -> Visibility:
    """public or internal; the lack of it is a fault."""
    word = str(value).strip().lower() if value is not None else ""
    if word not in VISIBILITIES:
        said = f"visibility {word[:40]!r} is unknown" if word else "no visibility"
        raise FieldFault(f"{said}; say public or internal")
    return word


def rating(value: Any, *, lowest: float = 1, highest: float = 5) -> float | None:
    """A rating brought to the scale from 1 (bad) to 5 (good)."""
    if value is None or value == "":
        return None
    given = number(value, "rating")
    if not lowest <= given <= highest:
        raise FieldFault(f"rating {given:g} lies outside {lowest:g} to {highest:g}")
    return 1 + 4 * (given - lowest) / (highest - lowest)


def mapping(value: Any, name: str, *, example: str = "") -> Mapping[str, Any]:
    """An object, or the empty one where nothing is given."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise FieldFault(f"{name} must be an object{_such(example)}, not {sort_of(value)}")
    return value


def listing(value: Any, name: str, *, example: str = "") -> list[Any]:
    """A list, or the empty one where nothing is given."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise FieldFault(f"{name} must be a list{_such(example)}, not {sort_of(value)}")
    return value


def _such(example: str) -> str:
    return f" such as {example}" if example else ""


def plain(value: Any) -> Any:
    """What may be kept in `meta`: JSON without exact decimals."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return clean(value) if isinstance(value, str) else value


def _iso(text: str) -> datetime | None:
    # fromisoformat also reads 20260331 and 2026-W14; only the dashed form is unmistakable.
    if not re.match(r"^\d{4}-\d{2}(?:-\d{2})?(?:$|[T ])", text):
        return None
    text = re.sub(r"\s+(?:UTC|GMT|Z)$", "+00:00", text)
    text = re.sub(r"\s+([+-]\d{2}:?\d{2})$", r"\1", text)
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _spelled(text: str) -> datetime | None:
    """A date whose month is a word (`March 2, 2026 10:00 AM`), so that its order is plain."""
    match = _SPELLED.match(text)
    if match is None:
        return None
    day, month = match["day"] or match["day2"], (match["month"] or match["month2"])[:3].lower()
    if month not in _MONTHS:
        return None
    clock = _hour(match["hour"], match["half"]), int(match["minute"] or 0), int(match["sec"] or 0)
    try:
        # The caller adds the zone.
        return datetime(int(match["year"]), _MONTHS.index(month) + 1, int(day), *clock)  # noqa: DTZ001
    except ValueError:
        return None


def _mail_date(text: str) -> datetime | None:
    if not re.search(r"\d{1,2} [A-Za-z]{3,9} \d{4}", text):
        return None
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None


def _hour(hour: str | None, half: str | None) -> int:
    given = int(hour or 0)
    if half is None:
        return given
    return given % 12 + (12 if half.lower().startswith("p") else 0)
