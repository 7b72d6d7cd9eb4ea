"""A trained reply model as one file of plain arrays: versioned, written whole, no pickle."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from copilot.errors import IndexBroken
from copilot.retriever.next_reply.exemplars import Exemplar, Exemplars
from copilot.retriever.next_reply.reply_model import ReplyModel
from copilot.retriever.next_reply.softmax import Softmax
from copilot.retriever.next_reply.values import Span

VERSION = 1
RETRAIN = "It is trained again from the stored interactions: `copilot train-ranker`."


def save(model: ReplyModel, path: Path, *, tenant: str) -> None:
    """Writes the model beside `path` first, so that no reader ever sees half of one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    with part.open("wb") as file:
        np.savez(file, header=_bytes(_header(model, tenant)), **_arrays(model))
    part.replace(path)


def load(path: Path, *, tenant: str, embedder_name: str) -> ReplyModel:
    """The model in `path`. Raises IndexBroken if it is missing, damaged or not of this tenant."""
    try:
        with np.load(path, allow_pickle=False) as file:
            header = json.loads(bytes(file["header"]))
            _check(header, path, tenant, embedder_name)
            return _model(header, file)
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as fault:
        raise IndexBroken(f"The reply model {path.name} cannot be read. {RETRAIN}") from fault


def _check(header: dict[str, Any], path: Path, tenant: str, embedder_name: str) -> None:
    wanted = {"version": VERSION, "tenant": tenant, "embedder": embedder_name}
    for name, value in wanted.items():
        if header[name] != value:
            raise IndexBroken(
                f"The reply model {path.name} has {name} {header[name]!r}, not {value!r}. {RETRAIN}"
            )


def _header(model: ReplyModel, tenant: str) -> dict[str, Any]:
    return {
        "version": VERSION,
        "tenant": tenant,
        "embedder": model.embedder_name,
        "names": model.names,
        "mask_capitals": model.mask_capitals,
        "by_label": model.by_label,
        "n_examples": model.n_examples,
        "rows": [
            [e.source_id, e.turn, e.chunk_id, e.kind, e.bonus, e.foreign]
            for e in model.exemplars.rows
        ],
    }


def _arrays(model: ReplyModel) -> dict[str, Any]:
    arrays: dict[str, Any] = {
        "exemplar_vectors": model.exemplars.vectors,
        "exemplar_starts": model.exemplars.starts,
    }
    if model.softmax is not None:
        arrays |= {
            "ids": model.softmax.ids,
            "sparse": model.softmax.sparse,
            "dense": model.softmax.dense,
            "bias": model.softmax.bias,
        }
    return arrays


def _model(header: dict[str, Any], file: Any) -> ReplyModel:  # noqa: ANN401 - numpy's untyped file
    rows = tuple(
        Exemplar(source_id, turn, chunk_id, kind, bonus, tuple(Span(*span) for span in foreign))
        for source_id, turn, chunk_id, kind, bonus, foreign in header["rows"]
    )
    trained = "ids" in file
    return ReplyModel(
        names=tuple(header["names"]),
        exemplars=Exemplars(rows, file["exemplar_vectors"], file["exemplar_starts"]),
        softmax=Softmax(file["ids"], file["sparse"], file["dense"], file["bias"])
        if trained
        else None,
        embedder_name=header["embedder"],
        mask_capitals=header["mask_capitals"],
        by_label=header["by_label"],
        n_examples=header["n_examples"],
    )


def _bytes(header: dict[str, Any]) -> np.ndarray:
    return np.frombuffer(json.dumps(header, ensure_ascii=False).encode(), dtype=np.uint8)
