"""What a command of `copilot …` printed, as the tests of the terminal look at it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple


class Ran(NamedTuple):
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str

    @property
    def last(self) -> Any:
        """The last line as JSON."""
        return json.loads(self.out.strip().splitlines()[-1])


Run = Callable[..., Ran]
