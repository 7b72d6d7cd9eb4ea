"""One conversation in, one Suggestion out."""

from copilot.suggester.suggester import Suggester

__all__ = ["Suggester"]
