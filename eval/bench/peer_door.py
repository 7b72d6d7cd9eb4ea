"""LangChain + Chroma behind the smallest web door: `python -m eval.bench.peer_door FOLDER PORT`."""

from __future__ import annotations

import sys
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

from eval.bench.peers import LangChainChroma


class Asked(BaseModel):
    """A query."""

    query: str
    k: int = 10


def app_over(folder: Path) -> FastAPI:
    """One search over a stored collection."""
    app, peer = FastAPI(), LangChainChroma.at(folder)
    peer.search("warm")

    @app.get("/readyz")
    def ready() -> dict[str, bool]:
        return {"ready": True}

    @app.post("/search")
    def search(asked: Asked) -> dict[str, list[str]]:
        return {"results": peer.search(asked.query, asked.k)}

    return app


if __name__ == "__main__":
    uvicorn.run(app_over(Path(sys.argv[1])), port=int(sys.argv[2]), log_level="error")
