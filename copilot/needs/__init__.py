"""The genuine need: proposers propose with quotes, gates dispose, every silence is explained."""

from copilot.needs.case import Case, parse_case
from copilot.needs.engine import NeedEngine
from copilot.needs.lines import assess_lines
from copilot.needs.output import Assessment
from copilot.needs.policy import Policy, default_policy, load_policy
from copilot.needs.rules import RuleProposer

__all__ = [
    "Assessment",
    "Case",
    "NeedEngine",
    "Policy",
    "RuleProposer",
    "assess_lines",
    "default_policy",
    "load_policy",
    "parse_case",
]
