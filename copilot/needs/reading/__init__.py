"""The proposer with a language model: it reads and quotes, code checks and decides."""

from copilot.needs.reading.proposer import ModelProposer

__all__ = ["ModelProposer"]
