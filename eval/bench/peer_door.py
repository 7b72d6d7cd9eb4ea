"""The smallest web door before a peer's search. It runs in the peers' environment too."""

from __future__ import annotations

from collections.abc import Callable

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel


class Asked(BaseModel):
    """A query."""

    query: str
    k: int = 10


def serve(find: Callable[[str, int], list[str]], port: int) -> None:
    """`POST /search` and `GET /readyz`, until the process is ended."""
    app = FastAPI()
    find("warm", 1)

    @app.get("/readyz")
    def ready() -> dict[str, bool]:
        return {"ready": True}

    @app.post("/search")
    def search(asked: Asked) -> dict[str, list[str]]:
        return {"results": find(asked.query, asked.k)}

    uvicorn.run(app, port=port, log_level="error")
