"""Mapping files: read one and check it, or propose one for a CSV or JSONL."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from copilot.errors import InvalidInput
from ingest.loaders.guess import guess_mapping, undecided
from ingest.loaders.mapped import ColumnMapping

__all__ = ["guess_mapping", "read_mapping", "undecided"]


def read_mapping(path: Path, date_order: str | None = None) -> dict[str, Any]:
    """The mapping in a JSON file; a field name that does not exist is refused here, not later.

    So is all that was left to a person to decide, at once. A `date_order` given is that decision.
    """
    try:
        given = json.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise InvalidInput(f"{path}: cannot be read: {error.strerror or error}") from None
    except ValueError as error:
        raise InvalidInput(f"{path}: not valid JSON ({error})") from None
    if not isinstance(given, dict):
        raise InvalidInput(f"{path}: a mapping is an object with columns, values and defaults")
    given = {**given, "date_order": date_order} if date_order else given
    if open_places := list(undecided(given)):
        raise InvalidInput(
            f'{path}: a person must decide {len(open_places)} "?" first:\n  '
            + "\n  ".join(open_places)
        )
    try:
        ColumnMapping.of(given)
    except InvalidInput as error:
        raise InvalidInput(f"{path}: {error.detail}") from None
    return given
