"""The proposer with a model (being built)."""

from __future__ import annotations

from copilot.errors import ModelError
from copilot.llm import ChatModel
from copilot.needs.policy import Policy
from copilot.needs.proposal import Proposal
from copilot.needs.scene import Scene
from copilot.prompts import Prompts


class ModelProposer:
    """Placeholder until the prompts are in: always falls back to the rules."""

    def __init__(self, chat: ChatModel, prompts: Prompts, *, policy: Policy) -> None:
        self._chat, self._prompts, self._policy = chat, prompts, policy

    async def propose(self, scene: Scene) -> Proposal:
        """Not yet."""
        raise ModelError("The model proposer is not ready.", reason="not_ready")
