"""Whose call a transcript is, and when it was: its file says neither, so a person or its name does.

A transcript holds names that were spoken and seconds since its beginning. What ties it to a
customer is declared (`--customer`, `--at`), or stands in the name of its file: a day, and an id
that is stored. Whichever it was is told in the report; nothing else is taken for an id.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from copilot.domain import Customer, Failure, Interaction, Item
from copilot.errors import InvalidInput
from ingest.detect import choose, find_files
from ingest.loaders.callday import DAY_IN_NAME, FROM_NAME
from ingest.loaders.fields import Clock
from ingest.loaders.protocol import LoadOptions

CALLS = ("webvtt", "transcribe-call-analytics")
NO_CUSTOMER = (
    "the call is tied to no customer: say --customer ID, or put their id into the file's name"
)
NO_DAY = "the call has no day: say --at DAY, or put it into the file's name (2026-03-31)"
DAY_READ = "its day is read from the file's name"
_APART = re.compile(r"[\s_,;()\[\]{}]+")
_ID = re.compile(r"(?=.*\d)(?=.*[^\W\d_]).{3,}")  # a word or a bare number may mean anything


class Known(Protocol):
    """The part of a store that knows who is a customer."""

    def customer(self, customer_id: str) -> Customer | None: ...


def declared(given: Sequence[str], option: str) -> dict[str, str]:
    """`--customer ID` and `--customer FILE=ID` by the file's name; "" stands for the only call."""
    found: dict[str, str] = {}
    for one in given:
        name, _, value = one.rpartition("=")
        if not value.strip():
            raise InvalidInput(f"{option} takes a value or FILE=VALUE, not {one!r}.")
        if name.strip() in found:
            which = f"of {name.strip()}" if name.strip() else f"without a file ({option} FILE=…)"
            raise InvalidInput(f"{option} is given twice {which}.")
        found[name.strip()] = value.strip()
    return found


def check(paths: Sequence[Path], kind: str, form: str | None, options: LoadOptions) -> LoadOptions:
    """Each declaration is for one call that is there, or InvalidInput says what there is."""
    for name, day in options.days.items():
        try:
            Clock(options).read(day, "--at")
        except InvalidInput as error:
            raise InvalidInput(f"{error.detail}{f' ({name})' if name else ''}") from None
    if not (options.customers or options.days):
        return options
    calls = list(_calls(paths, kind, form, options))
    return replace(
        options,
        customers=_placed(options.customers, calls, "--customer"),
        days=_placed(options.days, calls, "--at"),
    )


def _calls(
    paths: Sequence[Path], kind: str, form: str | None, options: LoadOptions
) -> Iterator[Path]:
    for path in find_files(paths):
        loader = choose(path, kind, form, options) if isinstance(path, Path) else path
        if isinstance(path, Path) and not isinstance(loader, Failure) and loader.format in CALLS:
            yield path


def _placed(given: Mapping[str, str], calls: Sequence[Path], option: str) -> dict[str, str]:
    """What was declared, by the whole path of its call."""
    found: dict[str, str] = {}
    for name, value in given.items():
        fitting = [path for path in calls if not name or _is_named(path, name)]
        if len(fitting) != 1:
            raise InvalidInput(_unfitting(option, name, value, fitting, calls))
        found[str(fitting[0].resolve())] = value
    return found


def _is_named(path: Path, name: str) -> bool:
    return f"/{path.resolve().as_posix()}".endswith(f"/{Path(name).as_posix().lstrip('./')}")


def _unfitting(
    option: str, name: str, value: str, fitting: Sequence[Path], calls: Sequence[Path]
) -> str:
    if not calls:
        return (
            f"{option} is for the transcript of a call (WebVTT, SRT, call analytics), and there is "
            "none among these paths; other formats say themselves whose they are."
        )
    shown = ", ".join(path.name for path in (fitting or calls)[:5])
    more = ", …" if len(fitting or calls) > 5 else ""
    if not name:
        return (
            f"{option} {value} is for one call, and there are {len(calls)} ({shown}{more}): say of "
            f'which, {option} "{calls[0].name}={value}", and repeat it for the others.'
        )
    if fitting:
        return f"{option} {name!r} fits {len(fitting)} calls; write more of its path."
    return f"{option} {name!r}: there is no call of that name; there are {shown}{more}."


def of(items: Iterable[Item | Failure], path: Path, known: Known) -> Iterator[Item | Failure]:
    """The calls of a file, each with the customer whose id stands in the file's name."""
    for item in items:
        is_open = isinstance(item, Interaction) and item.customer_id is None
        named = _in_name(path, known) if is_open else None
        if not isinstance(item, Interaction) or named is None:
            yield item
            continue
        unstated = [one for one in item.meta.get("unstated", ()) if one != "customer_id"]
        meta = {**item.meta, "unstated": unstated, "customer_from": FROM_NAME}
        yield replace(item, customer_id=named, meta=meta)


def _in_name(path: Path, known: Known) -> str | None:
    """The one stored customer whose id is a part of the file's name."""
    parts = (part.strip("-–.") for part in _APART.split(DAY_IN_NAME.sub(" ", path.stem)))
    found = {one for one in parts if _ID.fullmatch(one) and known.customer(one)}
    return found.pop() if len(found) == 1 else None


def remarks(item: Interaction, known: Known) -> Iterator[str]:
    """What a person should know of how a call was placed."""
    if item.customer_id is None:
        yield NO_CUSTOMER
    elif item.meta.get("customer_from") == FROM_NAME:
        yield f"its customer {item.customer_id} is read from the file's name"
    elif known.customer(item.customer_id) is None:
        yield f"no customer {item.customer_id!r} is on file; it is kept under that id"
    if item.at is None:
        yield NO_DAY
    elif item.meta.get("day_from") == FROM_NAME:
        yield DAY_READ
