"""A reply without a model: the best supported sentences of what was retrieved, each cited."""

from copilot.extractive.compose import compose
from copilot.extractive.danger import danger_first
from copilot.extractive.facts import facts_named, facts_of
from copilot.extractive.products import named
from copilot.extractive.record import Record
from copilot.extractive.settling import DO_FIRST
from copilot.extractive.timing import Tenure
from copilot.extractive.words import ALIKE, stem, stems
from copilot.extractive.worked import lookups

__all__ = [
    "ALIKE", "DO_FIRST", "Record", "Tenure", "compose", "danger_first", "facts_named", "facts_of",
    "lookups", "named", "stem", "stems",
]  # fmt: skip
