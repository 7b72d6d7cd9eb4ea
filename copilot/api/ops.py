"""Life signs: `/healthz`, `/readyz` and `/metrics`."""

from __future__ import annotations

from typing import Any

import anyio
from fastapi import APIRouter
from fastapi.responses import Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from copilot.api.deps import Built
from copilot.bootstrap import Copilot

router = APIRouter(tags=["operations"])


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """200 while the process lives."""
    return {"status": "ok"}


@router.get("/readyz")
async def readyz(copilot: Built) -> dict[str, Any]:
    """200 when it can answer, 503 with the reason else; a rebuilding index answers."""
    return await anyio.to_thread.run_sync(_ready, copilot)


@router.get("/metrics", include_in_schema=False)
async def metrics() -> Response:
    """Prometheus text."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def _ready(copilot: Copilot) -> dict[str, Any]:
    copilot.database.ping()
    workers = copilot.suggester.workers
    return {
        "status": "ready",
        "embedder": copilot.embedder.name,
        "model": copilot.chat.name if copilot.chat else None,
        "database": copilot.database.engine.dialect.name,
        "workers": len(workers.running) if workers else 0,
    }
