"""A small installation with a scripted model: what the tests of the model's path stand on."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI

from copilot.bootstrap import Copilot, build
from copilot.config import Settings
from copilot.domain import Conversation, Customer, Document, Product, Turn
from copilot.llm import ChatModel
from ingest.pipeline import Pipeline
from server import create_app
from tests.fake_upstream import Step
from tests.fakes import FakeEmbedder

HOME = "https://help.continuum.example/refunds"
ARTICLES = (
    Document(
        "kb-refund",
        "Refunds",
        "A refund arrives on your card after five working days. A refund has no fee.",
        url=HOME,
    ),
    Document("kb-valve", "Valves", "A valve that shows E23 is stuck. Press its pin ten times."),
    Document(
        "kb-staff",
        "Refunds for staff",
        "Refunds above two hundred pounds need the second signature of a team lead first.",
        visibility="internal",
    ),
)
QUESTION = "When does my refund arrive on my card?"
Answers = Callable[[Mapping[str, Any]], Step]


def settings(home: Path, url: str = "", **more: Any) -> Settings:
    """Settings of an installation with a model at an address, or without one."""
    model = "openai:fake" if url else ""
    return Settings(home=home, model=model, openai_base_url=url, openai_api_key=None, **more)


@asynccontextmanager
async def desk(
    home: Path, url: str = "", *, chat: ChatModel | None = None, **more: Any
) -> AsyncIterator[Copilot]:
    """A built installation with a few articles, a product and a customer in it."""
    copilot = build(settings(home, url, **more), embedder=FakeEmbedder(), chat=chat)
    filled(copilot)
    try:
        yield copilot
    finally:
        await copilot.aclose()


@contextmanager
def served(settings: Settings) -> Iterator[tuple[str, FastAPI]]:
    """A server in this process with the small data in it: its address and its application."""
    app = create_app(settings, embedder=FakeEmbedder())
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.02)
    filled(app.state.copilot)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}", app
    finally:
        server.should_exit = True
        thread.join(timeout=20)


def filled(copilot: Copilot) -> None:
    """Ingests the small data; again and again is the same as once."""
    store = copilot.store()
    product = Product("WARM-6", "Warm Plus", None, "GBP")
    customer = Customer("C-1", name="Owen Hale", facts=("Lives in a flat",))
    Pipeline(store, copilot.embedder).ingest([*ARTICLES, product, customer], origin="test")


def asked(text: str = QUESTION, *, customer_id: str | None = "C-1") -> Conversation:
    """A conversation of one turn."""
    turn = Turn("customer", text)
    return Conversation((turn,), id="conv-1", customer_id=customer_id)


def drafted(*segments: tuple[str, list[int]], abstained: bool = False) -> str:
    """A draft as a model writes it."""
    said = [{"text": text, "citations": citations} for text, citations in segments]
    return json.dumps({"segments": said, "abstained": abstained, "missing": []})


def wanted(body: Mapping[str, Any]) -> str:
    """Which of our questions a request puts: "draft", "need_reading", "ledger_reading" …"""
    form = body.get("response_format", {}).get("json_schema", {})
    return str(form.get("name", ""))


def number_of(body: Mapping[str, Any], title: str) -> int:
    """The number that a source has in a request, by its title."""
    text = str(body["messages"][-1]["content"])
    line = next(line for line in text.splitlines() if line.startswith("[") and title in line)
    return int(line[1 : line.index("]")])


NO_NEEDS = json.dumps(
    {
        "state": {
            "care": [], "issue": "none", "complaint": False, "disruption": False, "fraud": False,
            "authority": "holder", "objection": False, "change_quote": "",
            "change_reason_known": False,
        },
        "needs": [], "free": [], "informs": [], "none_reason": "none",
    }
)  # fmt: skip
OTHERS = {
    "need_reading": NO_NEEDS,
    "ledger_reading": json.dumps({"promises": [], "open_requests": []}),
    "need_verdict": json.dumps({"verdict": "not_need", "why": ""}),
    "need_fit": json.dumps({"products": []}),
}


def scripted(draft: Step | Answers, others: Mapping[str, Step] = OTHERS) -> Answers:
    """Answers the draft as told, and every other question with its own answer."""

    def answer(body: Mapping[str, Any]) -> Step:
        kind = wanted(body)
        if kind != "draft":
            return others[kind]
        return draft(body) if callable(draft) else draft

    return answer
