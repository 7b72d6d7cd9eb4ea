"""One effect for each key, however often and in whatever way a request is sent again."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI

from copilot.api import problems
from copilot.api.idempotency import IdempotentRoute
from copilot.errors import Conflict


class Served:
    """An application with one write, and the route that keeps its answers."""

    def __init__(self, *, fails: int = 0) -> None:
        self.effects = 0
        self.kept: dict[str, dict[str, Any]] = {}
        router = APIRouter(route_class=IdempotentRoute)

        @router.post("/write")
        async def write() -> dict[str, int]:
            await asyncio.sleep(0.01)
            if self.effects < fails:
                self.effects += 1
                raise Conflict("Not now.")
            self.effects += 1
            return {"effect": self.effects}

        (route,) = router.routes
        assert isinstance(route, IdempotentRoute)
        self.route = route
        self.app = FastAPI()
        problems.install(self.app)
        # The route itself is served: the locks that are counted must be those in use.
        self.app.router.routes.append(route)
        journal = SimpleNamespace(reply=self.kept.get, save_reply=self._save)
        store = SimpleNamespace(journal=journal)
        self.app.state.copilot = SimpleNamespace(
            database=SimpleNamespace(tenant=lambda name: store)
        )

        async def caller(key: str) -> Any:
            return SimpleNamespace(tenant=key)

        self.app.state.keyring = SimpleNamespace(caller=caller)

    def _save(self, key: str, **reply: Any) -> None:
        self.kept[key] = reply

    def send(self, *keys: str) -> list[httpx.Response]:
        async def all_at_once() -> list[httpx.Response]:
            transport = httpx.ASGITransport(app=self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
                calls = (
                    client.post(
                        "/write", headers={"Idempotency-Key": key, "Authorization": "Bearer t"}
                    )
                    for key in keys
                )
                return list(await asyncio.gather(*calls))

        return asyncio.run(all_at_once())


def test_the_same_key_at_once_has_one_effect() -> None:
    served = Served()
    answers = served.send(*["k"] * 6)
    assert served.effects == 1
    assert {answer.json()["effect"] for answer in answers} == {1}


def test_other_keys_have_effects_of_their_own() -> None:
    served = Served()
    served.send("a", "b")
    assert served.effects == 2


@pytest.mark.parametrize("fails", [0, 1, 4])
def test_nothing_is_left_of_a_key_once_it_is_answered(fails: int) -> None:
    served = Served(fails=fails)
    served.send("a", "a", "a", "b")
    served.send("a", "b")  # replayed
    assert len(served.route.running) == 0


def test_what_was_refused_may_be_tried_again() -> None:
    served = Served(fails=1)
    (refused,) = served.send("a")
    (done,) = served.send("a")
    assert (refused.status_code, done.status_code) == (409, 200)
