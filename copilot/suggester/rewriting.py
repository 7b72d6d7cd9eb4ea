"""What a model would look up for a conversation, beside what is looked up anyway.

Off by default: it is a second call for each suggestion. It takes a share of the one deadline, and
a fault, a timeout or an answer that is none leaves the plan that code makes as it is.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass

from copilot.domain import Conversation, Usage
from copilot.errors import ModelError
from copilot.llm import ChatModel, parse_queries, queries_schema
from copilot.prompts import Prompts
from copilot.suggester.drafting import capped, conversation_lines, messages_of

PROMPT = "rewrite_query"
SHARE = 1 / 3  # of the deadline, at most: the reply is what the agent waits for
MAX_TOKENS = 300
Queries = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rewritten:
    """Queries of a model, what they cost, and how long they took."""

    queries: Queries = ()
    usage: Usage | None = None
    took_s: float = 0.0

    def spent(self, drafting: Usage) -> Usage:
        """The tokens of this call and of the draft."""
        if self.usage is None:
            return drafting
        return Usage(
            self.usage.prompt_tokens + drafting.prompt_tokens,
            self.usage.completion_tokens + drafting.completion_tokens,
            self.usage.estimated or drafting.estimated,
        )


NOTHING = Rewritten()


@dataclass(frozen=True, slots=True)
class Rewriter:
    """Asks a model for the queries that a conversation leaves open."""

    chat: ChatModel
    prompts: Prompts

    async def rewrite(
        self, conversation: Conversation, products: Sequence[str], *, deadline_s: float
    ) -> Rewritten:
        """The model's queries within its share of a deadline; none where anything goes wrong."""
        started = time.perf_counter()
        version = self.prompts.get(PROMPT)
        values = {
            "boundary": f"DATA-{secrets.token_hex(12)}",
            "products": "\n".join(products) or "(none)",
            "conversation": conversation_lines(conversation),
        }
        prompt = version.render(capped(values, version.variables))
        queries: Queries = ()
        usage = None
        try:
            # Given up from outside: that the share was too short is no outage of the model.
            async with asyncio.timeout(deadline_s * SHARE):
                answer = await self.chat.complete(
                    messages_of(prompt),
                    schema=queries_schema(),
                    max_tokens=MAX_TOKENS,
                    deadline_s=deadline_s,
                )
            usage = Usage(answer.prompt_tokens, answer.completion_tokens, answer.estimated)
            queries = parse_queries(answer.parsed)
        except (ModelError, TimeoutError):
            pass  # the plan that code makes stands
        return Rewritten(queries, usage, time.perf_counter() - started)
