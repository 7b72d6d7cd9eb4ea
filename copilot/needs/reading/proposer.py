"""Five readings, a second look at each need, and the product texts read against it."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from copilot.errors import ModelError
from copilot.llm import ChatModel, Message
from copilot.needs.policy import Policy
from copilot.needs.proposal import Candidate, Proposal
from copilot.needs.reading import page
from copilot.needs.reading.fit import conditions, fits
from copilot.needs.reading.ledger import loops_of, promises_of
from copilot.needs.reading.samples import Vote, cures_of, probability, reading, votes
from copilot.needs.reading.wire import (
    FitSaid,
    LedgerSaid,
    ReadingSaid,
    VerdictSaid,
    fit_schema,
    ledger_schema,
    reading_schema,
    verdict_schema,
)
from copilot.needs.scene import Scene
from copilot.prompts import Prompts

Said = TypeVar("Said", bound=BaseModel)
MOST_CHECKED = 3


class ModelProposer:
    """Asks a chat model for needs with quotes; the gates decide afterwards as for the rules.

    Args:
        samples: how many independent readings are taken.
        deadline_s: for each of the two rounds of calls.
    """

    def __init__(
        self,
        chat: ChatModel,
        prompts: Prompts,
        *,
        policy: Policy,
        samples: int = 5,
        temperature: float = 0.7,
        deadline_s: float = 45.0,
    ) -> None:
        self._chat, self._prompts, self._policy = chat, prompts, policy
        self._samples, self._temperature, self._deadline_s = samples, temperature, deadline_s

    async def propose(self, scene: Scene) -> Proposal:
        """The needs most readings agree on. Raises ModelError when no reading came."""
        readings, ledger = await asyncio.gather(self._readings(scene), self._ledger(scene))
        found = [v for v in votes(scene, readings) if v.share >= 0.3][:MOST_CHECKED]
        candidates = await asyncio.gather(*(self._checked(scene, v, readings) for v in found))
        notes = [f"{len(readings)} of {self._samples} readings"]
        if ledger is None:
            notes.append("the ledgers were kept by rules")
        return Proposal(
            candidates=tuple(candidates),
            reading=reading(scene, readings),
            label=f"model {self._chat.name}",
            notes=tuple(notes),
            promises=promises_of(scene, ledger) if ledger else None,
            loops=loops_of(scene, ledger) if ledger else None,
        )

    async def _readings(self, scene: Scene) -> list[ReadingSaid]:
        values = {
            "as_of": scene.as_of.isoformat(timespec="minutes"),
            "file": page.customer_file(scene),
            "knowledge": page.knowledge(scene),
            "units": page.units(scene),
            "conversation": page.conversation(scene.timeline.turns),
        }
        asked = [
            self._ask(
                "need_propose", values, reading_schema(), ReadingSaid, 4000, self._temperature
            )
            for _ in range(self._samples)
        ]
        answers = await asyncio.gather(*asked, return_exceptions=True)
        good = [a for a in answers if isinstance(a, ReadingSaid)]
        if good:
            return good
        raise _fault(answers)

    async def _ledger(self, scene: Scene) -> LedgerSaid | None:
        """One calm reading of the ledgers; None where it fails, for the rules keep them too."""
        values = {
            "as_of": scene.as_of.isoformat(timespec="minutes"),
            "facts": page.facts(scene),
            "conversation": page.conversation(scene.timeline.turns),
        }
        try:
            return await self._ask("ledger_read", values, ledger_schema(), LedgerSaid, 3000, 0.0)
        except ModelError:
            return None

    async def _checked(self, scene: Scene, vote: Vote, readings: list[ReadingSaid]) -> Candidate:
        verdict, fit = await asyncio.gather(
            self._verdict(scene, vote.candidate), self._fit(scene, vote.candidate)
        )
        p = probability(vote, verdict, self._policy.calibration)
        candidate = replace(vote.candidate, p=p, cures=cures_of(scene, vote, readings))
        if verdict == "not_need" and candidate.drop is None:
            candidate = replace(candidate, drop="information_only")
        if fit is None:
            return candidate
        return replace(
            candidate,
            verdicts=fits(scene, candidate, fit),
            conditions=conditions(scene, fit),
            read_by_model=True,
        )

    async def _verdict(self, scene: Scene, candidate: Candidate) -> str:
        values = {
            "need": candidate.need,
            "quotes": page.quotes(candidate),
            "context": page.around(scene, candidate),
        }
        try:
            said = await self._ask("need_verify", values, verdict_schema(), VerdictSaid, 1000, 0.0)
        except ModelError:
            return "unclear"
        return said.verdict

    async def _fit(self, scene: Scene, candidate: Candidate) -> FitSaid | None:
        """The product texts against the constraints; None where it fails: code reads them alone."""
        if not scene.items:
            return None
        values = {
            "need": candidate.need,
            "constraints": page.numbered(candidate)[:6000],
            "quotes": page.quotes(candidate),
            "file": page.customer_file(scene),
            "products": page.products(scene.items),
        }
        try:
            return await self._ask("need_fit", values, fit_schema(), FitSaid, 4000, 0.0)
        except ModelError:
            return None

    async def _ask(
        self,
        prompt: str,
        values: Mapping[str, str],
        schema: dict[str, Any],
        shape: type[Said],
        max_tokens: int,
        temperature: float,
    ) -> Said:
        boundary = f"=== data {secrets.token_hex(6)} ==="
        rendered = self._prompts.render(prompt, {**values, "boundary": boundary})
        completion = await self._chat.complete(
            [Message("system", rendered.system), Message("user", rendered.user)],
            schema=schema,
            max_tokens=max_tokens,
            deadline_s=self._deadline_s,
            temperature=temperature,
        )
        try:
            return shape.model_validate(completion.parsed)
        except ValidationError as error:
            raise ModelError(
                "The model's answer does not have the asked shape.", reason="malformed"
            ) from error


def _fault(answers: list[Any]) -> BaseException:
    """What stopped all readings: the model's own fault, or a fault of ours that must be seen."""
    other = next((a for a in answers if not isinstance(a, ModelError)), None)
    return other if isinstance(other, BaseException) else answers[0]
