"""A reply without a model: the best supported sentences of what was retrieved, each cited."""

from copilot.extractive.articles.timing import Tenure
from copilot.extractive.composing.compose import compose
from copilot.extractive.guards.danger import danger_first
from copilot.extractive.hearing.settling import DO_FIRST
from copilot.extractive.language.words import ALIKE, stem, stems
from copilot.extractive.records.facts import facts_named, facts_of
from copilot.extractive.records.products import named
from copilot.extractive.records.record import Record
from copilot.extractive.worked import lookups

__all__ = [
    "ALIKE", "DO_FIRST", "Record", "Tenure", "compose", "danger_first", "facts_named", "facts_of",
    "lookups", "named", "stem", "stems",
]  # fmt: skip
