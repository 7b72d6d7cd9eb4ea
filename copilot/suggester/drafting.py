"""A draft by the language model: renders the released prompt, asks, and reads the answer."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace

from copilot.domain import Conversation, Draft, Hit, Segment, Usage
from copilot.ledger import is_pending
from copilot.llm import ChatModel, DraftStream, Message, draft_schema, parse_draft
from copilot.prompts import Prompts, RenderedPrompt
from copilot.story import Story
from copilot.tokens import TokenCounter

PROMPT = "suggest_reply"


@dataclass(frozen=True, slots=True)
class Drafted:
    """The model's draft with what it cost and which prompt made it."""

    draft: Draft
    usage: Usage
    prompt: str
    model: str


@dataclass(frozen=True, slots=True)
class Drafter:
    """Writes drafts with a model within one token budget and one deadline."""

    chat: ChatModel
    prompts: Prompts
    counter: TokenCounter
    brand: str
    context_tokens: int
    max_tokens: int
    deadline_s: float

    def after(self, spent_s: float) -> Drafter:
        """The same with what is left of its deadline."""
        return replace(self, deadline_s=max(0.1, self.deadline_s - spent_s))

    async def draft(
        self, conversation: Conversation, hits: Sequence[Hit], story: Story, *, today: str
    ) -> Drafted:
        """One whole draft. Raises ModelError."""
        hits = self._within_budget(hits)
        prompt = self._render(conversation, hits, story, today)
        answer = await self.chat.complete(
            messages_of(prompt),
            schema=draft_schema(len(hits)),
            max_tokens=self.max_tokens,
            deadline_s=self.deadline_s,
        )
        usage = Usage(answer.prompt_tokens, answer.completion_tokens, answer.estimated)
        return Drafted(parse_draft(answer.parsed, len(hits)), usage, _name(prompt), self.chat.name)

    async def stream(
        self, conversation: Conversation, hits: Sequence[Hit], story: Story, *, today: str
    ) -> AsyncIterator[Segment | Drafted]:
        """Segments as they complete, then the whole draft. Raises ModelError."""
        hits = self._within_budget(hits)
        prompt = self._render(conversation, hits, story, today)
        incoming = DraftStream(len(hits))
        text = ""
        async for piece in self.chat.stream(
            messages_of(prompt),
            schema=draft_schema(len(hits)),
            max_tokens=self.max_tokens,
            deadline_s=self.deadline_s,
        ):
            text += piece
            for segment in incoming.feed(piece):
                yield segment
        usage = Usage(
            self.counter.count(prompt.system + prompt.user),
            self.counter.count(text),
            estimated=True,
        )
        yield Drafted(incoming.finish(), usage, _name(prompt), self.chat.name)

    def _within_budget(self, hits: Sequence[Hit]) -> Sequence[Hit]:
        spent, kept = 0, 0
        for hit in hits:
            spent += self.counter.count(_source(kept + 1, hit))
            if kept and spent > self.context_tokens:
                break
            kept += 1
        return hits[:kept]

    def _render(
        self, conversation: Conversation, hits: Sequence[Hit], story: Story, today: str
    ) -> RenderedPrompt:
        version = self.prompts.get(PROMPT)
        values = {
            "brand": self.brand,
            "role": next((t.role for t in reversed(conversation.turns) if t.role), "service"),
            "channel": conversation.channel,
            "language": _language(story),
            "customer": customer_lines(story, today),
            "known": known_lines(conversation, story),
            "boundary": f"DATA-{secrets.token_hex(12)}",
            "sources": "\n\n".join(_source(n, hit) for n, hit in enumerate(hits, 1)) or "(none)",
            "conversation": conversation_lines(conversation),
        }
        return version.render(capped(values, version.variables))


def customer_lines(story: Story, today: str) -> str:
    """The customer's file as lines of text: what they own, what we owe, what is open."""
    lines = [f"today: {today}"]
    if story.customer is not None:
        lines.append(f"name: {story.customer.name or 'unknown'}")
        lines += [f"fact: {fact}" for c in story.records for fact in c.facts]
        lines += [
            f"owns: {e.name} ({', '.join(e.includes)})"
            for c in story.records
            for e in c.entitlements
        ]
    for row in story.promises:
        body = row["body"]
        if is_pending(body["status"], body.get("kept_evidence")):
            due = f", due {body['due']}" if body.get("due") else ""
            lines.append(f"our promise ({body['status']}{due}): {body['quote']}")
    lines += [
        f"asked and not answered: {row['body']['quote']}"
        for row in story.loops
        if row["body"]["status"] == "open"
    ]
    return "\n".join(lines)


def known_lines(conversation: Conversation, story: Story) -> str:
    """What the customer has said before, newest last, so that it is never asked again."""
    said = [
        f"{contact.source_id}: {turn.text}"
        for contact in story.contacts[-6:]
        for turn in contact.turns
        if turn.speaker == "customer"
    ]
    said += [t.text for t in conversation.turns[:-1] if t.speaker == "customer"]
    return "\n".join(" ".join(line.split())[:400] for line in said[-24:]) or "(nothing)"


def conversation_lines(conversation: Conversation) -> str:
    """The public turns, one line each, oldest first."""
    return "\n".join(
        f"{turn.speaker}: {' '.join(turn.text.split())}"
        for turn in conversation.turns
        if turn.visibility == "public"
    )


def messages_of(prompt: RenderedPrompt) -> list[Message]:
    """A rendered prompt as the messages of a request."""
    return [Message("system", prompt.system), Message("user", prompt.user)]


def _name(prompt: RenderedPrompt) -> str:
    return f"{prompt.name}@{prompt.version}:{prompt.sha256[:12]}"


def _source(n: int, hit: Hit) -> str:
    mark = ", internal" if hit.visibility == "internal" else ""
    path = " > ".join((hit.title, *hit.chunk.heading_path)) if hit.title else hit.chunk.source_id
    kind = "article" if hit.chunk.kind == "document" else "solved case"
    body = hit.chunk.text
    if hit.chunk.context:
        body = f"situation: {hit.chunk.context}\nreply: {body}"
    return f"[{n}] {kind}{mark}: {path}\n{body}"


def _language(story: Story) -> str:
    named = story.customer.language if story.customer else None
    return named or "the language the customer writes in"


def capped(values: Mapping[str, str], caps: Mapping[str, int]) -> dict[str, str]:
    """Values cut to the prompt's limits: the end of a conversation counts most."""
    return {
        name: value[-caps[name] :] if name == "conversation" else value[: caps[name]]
        for name, value in values.items()
    }
