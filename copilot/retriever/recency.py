"""What the age of a past case is worth: a little, halved every year, nothing where it is unknown.

Age counts from the newest case of a tenant, not from today: a past that was brought in once keeps
its order as the years go by.
"""

from __future__ import annotations

from datetime import datetime

HALF_LIFE_DAYS = 365.0


def recency(at: datetime | None, newest: datetime | None, most: float) -> float:
    """From half of `most` for the newest to minus half of it for what is long past."""
    if at is None or newest is None:
        return 0.0
    years = max(0.0, (newest - at).total_seconds() / 86_400 / HALF_LIFE_DAYS)
    return float(most * (0.5**years - 0.5))
