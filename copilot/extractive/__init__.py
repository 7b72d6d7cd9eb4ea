"""A reply without a model: the best supported sentences of what was retrieved, each cited."""

from copilot.extractive.compose import compose
from copilot.extractive.words import ALIKE, stem, stems

__all__ = ["ALIKE", "compose", "stem", "stems"]
