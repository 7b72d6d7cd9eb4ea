"""When a call was: as declared (`--at`), else the day or moment in the name of its file."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path

from ingest.loaders.fields import Clock, FieldFault
from ingest.loaders.protocol import LoadOptions

FROM_NAME = "file name"
# 2026-03-31, and the moment in UTC that recorders write: GMT20260331-140500. Nothing shorter: a
# number of eight digits may be anything, and 03-04-2026 reads two ways.
DAY_IN_NAME = re.compile(
    r"(?<![0-9])(?:(?P<day>\d{4}-\d{2}-\d{2})(?!\d)|GMT(?P<gmt>\d{8}-\d{6})(?!\d))"
)
_STAMP = re.compile(r"(?:(\d{2,}):)?(\d{2}):(\d{2})[.,](\d{3})")


def began(path: Path, options: LoadOptions, clock: Clock) -> tuple[datetime | None, str | None]:
    """When the call began, and what says so: FROM_NAME, or nothing where it was declared."""
    resolved = str(path.resolve())
    said = options.days.get(resolved)
    if said is not None:
        return clock.read(said, "--at"), None
    found = {_moment(match, clock) for match in DAY_IN_NAME.finditer(path.stem)} - {None}
    return (found.pop(), FROM_NAME) if len(found) == 1 else (None, None)


def after(start: datetime | None, timing: str) -> datetime | None:
    """The moment of a cue, by its time since the beginning."""
    match = _STAMP.search(timing)
    if start is None or match is None:
        return start
    hours, minutes, seconds, thousandths = (int(part or 0) for part in match.groups())
    return start + timedelta(
        hours=hours, minutes=minutes, seconds=seconds, milliseconds=thousandths
    )


def _moment(match: re.Match[str], clock: Clock) -> datetime | None:
    """The moment that is written, or nothing where it is no day of the calendar."""
    if match["gmt"]:
        day, time = match["gmt"].split("-")
        text = f"{day[:4]}-{day[4:6]}-{day[6:]}T{time[:2]}:{time[2:4]}:{time[4:]}Z"
    else:
        text = match["day"]
    try:
        return clock.read(text)
    except FieldFault:
        return None
