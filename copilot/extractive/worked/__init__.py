"""What is worked out for one customer: from the dates of their record and the articles' rules."""

from copilot.extractive.worked.rules import lookups
from copilot.extractive.worked.told import Desk
from copilot.extractive.worked.worker import Worked, agreed_end, desk_of, work_out

__all__ = ["Desk", "Worked", "agreed_end", "desk_of", "lookups", "work_out"]
