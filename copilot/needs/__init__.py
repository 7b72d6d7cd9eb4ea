"""The genuine need: proposers propose with quotes, gates dispose, every silence is explained."""

from copilot.needs.build import build_engine
from copilot.needs.case import (
    Case,
    CaseCustomer,
    CaseProduct,
    CaseTurn,
    Consent,
    CustomerState,
    KnowledgeFact,
    OwnedItem,
    PastConversation,
    parse_case,
)
from copilot.needs.engine import NeedEngine
from copilot.needs.lines import assess_lines
from copilot.needs.output import Assessment
from copilot.needs.policy import Policy, default_policy, load_policy
from copilot.needs.reading import ModelProposer
from copilot.needs.rules import RuleProposer

__all__ = [
    "Assessment",
    "Case",
    "CaseCustomer",
    "CaseProduct",
    "CaseTurn",
    "Consent",
    "CustomerState",
    "KnowledgeFact",
    "ModelProposer",
    "NeedEngine",
    "OwnedItem",
    "PastConversation",
    "Policy",
    "RuleProposer",
    "assess_lines",
    "build_engine",
    "default_policy",
    "load_policy",
    "parse_case",
]
