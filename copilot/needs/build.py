"""Builds the engine of an installation: rules always, the model where one is configured."""

from __future__ import annotations

from copilot.compute import Compute
from copilot.config import Settings
from copilot.llm import ChatModel, build_chat_model
from copilot.needs.engine import NeedEngine
from copilot.needs.policy import Policy, default_policy
from copilot.needs.reading import ModelProposer
from copilot.prompts import Prompts


def build_engine(
    settings: Settings | None = None,
    *,
    chat: ChatModel | None = None,
    prompts: Prompts | None = None,
    policy: Policy | None = None,
    compute: Compute | None = None,
) -> NeedEngine:
    """An engine with the model that is given or configured; without one, rules alone.

    It computes in `compute` where an event loop must not wait.
    """
    chosen = policy or default_policy()
    if chat is None and settings is not None:
        chat = build_chat_model(settings)
    if chat is None:
        return NeedEngine(policy=chosen, compute=compute)
    model = ModelProposer(chat, prompts or Prompts.load(), policy=chosen)
    return NeedEngine(policy=chosen, model=model, compute=compute)
