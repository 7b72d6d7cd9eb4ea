"""An assessment computes beside the event loop, whoever proposes: others are answered meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from copilot.compute import Compute
from copilot.needs import NeedEngine, parse_case
from copilot.needs.proposal import Proposal

CASE = parse_case(
    {
        "id": "c",
        "as_of": "2026-05-08T12:00:00Z",
        "turns": [{"id": "t1", "speaker": "customer", "text": "My lamp is broken."}],
    }
)


class Watched(Compute):
    """Notes on which threads work was done."""

    def __init__(self) -> None:
        super().__init__()
        self.threads: list[int] = []

    async def run(self, work: Callable[..., Any], *args: Any) -> Any:
        def noted(*given: Any) -> Any:
            self.threads.append(threading.get_ident())
            return work(*given)

        return await super().run(noted, *args)


class Silent:
    """A model that proposes nothing, on the loop as any model is asked."""

    async def propose(self, _scene: object) -> Proposal:
        return Proposal(label="model")


async def test_by_rules_nothing_computes_on_the_loop() -> None:
    watched = Watched()
    assessment = await NeedEngine(compute=watched).assess_with_model(CASE)
    assert assessment.case_id == "c"
    assert len(watched.threads) == 1
    assert threading.get_ident() not in watched.threads


async def test_with_a_model_reading_and_deciding_are_beside_the_loop() -> None:
    watched = Watched()
    engine = NeedEngine(compute=watched, model=Silent())
    assert (await engine.assess_with_model(CASE)).case_id == "c"
    assert len(watched.threads) == 2
    assert threading.get_ident() not in watched.threads
