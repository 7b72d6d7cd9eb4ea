"""The loop every record loader shares: build one item per record, name the fault of the others."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol, TypeVar

from copilot.domain import Failure, Item
from copilot.errors import InvalidInput
from ingest.loaders.protocol import LEFT_OUT, LoadOptions


class Positioned(Protocol):
    """A record with the line it starts on."""

    @property
    def value(self) -> Mapping[str, Any]: ...
    @property
    def line(self) -> int: ...


# What reading a field of an unexpected type can raise.
SHAPE_FAULTS = (TypeError, ValueError, LookupError, AttributeError, ArithmeticError, RecursionError)
R = TypeVar("R", bound=Positioned)


class LeftOutError(InvalidInput):
    """The record was understood and is not wanted, for example a draft."""

    def __init__(self, detail: str) -> None:
        super().__init__(LEFT_OUT + detail)


def each(
    path: Path,
    records: Iterable[R | Failure],
    build: Callable[[R], Item],
    *,
    id_keys: tuple[str, ...] = ("id",),
) -> Iterator[Item | Failure]:
    """One item or one failure per record, in order."""
    for record in records:
        if isinstance(record, Failure):
            yield record
            continue
        try:
            yield build(record)
        except InvalidInput as error:
            yield _failure(path, record, error.detail, id_keys)
        except SHAPE_FAULTS as error:
            # A changed export may put anything anywhere; it costs this record only.
            reason = f"its shape is not as documented ({type(error).__name__}: {str(error)[:120]})"
            yield _failure(path, record, reason, id_keys)


def _failure(path: Path, record: Positioned, reason: str, id_keys: tuple[str, ...]) -> Failure:
    found = (record.value.get(key) for key in id_keys)
    ident = next((str(one) for one in found if isinstance(one, str | int) and one != ""), None)
    if ident is None and (place := getattr(record, "place", 0)):
        reason = f"record {place}: {reason}"  # its line alone may hold all the others, too
    return Failure(str(path), reason, line=record.line, record_id=ident and ident[:200])


def relative_id(path: Path, options: LoadOptions) -> str:
    """A stable id for a file that states none: the asked folder's name and the way below it."""
    resolved = path.resolve()
    for root in options.roots:
        base = root.resolve()
        if base.is_dir() and resolved.is_relative_to(base) and resolved != base:
            found = f"{base.name}/{resolved.relative_to(base).as_posix()}"
            return unicodedata.normalize("NFC", found)
    return unicodedata.normalize("NFC", f"{resolved.parent.name}/{resolved.name}")
