"""Has an index opened in a child process first: a damaged one crashes there, not in the server."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

_CHILD = Path(__file__).with_name("probe_child.py")


def fault(
    folder: Path, samples: Mapping[str, tuple[Any, Any]], *, timeout_s: float = 60.0
) -> str | None:
    """What is wrong with the Chroma store in a folder, None where nothing is.

    Args:
        folder: the store.
        samples: by collection name, ids that it should hold and their vectors.
        timeout_s: after it the child and what it started are killed.
    """
    child = subprocess.Popen(  # noqa: S603 our own script, a folder we made
        [sys.executable, "-P", str(_CHILD), str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        _, errors = child.communicate(_packed(samples), timeout=timeout_s)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.communicate()
        return f"it did not answer within {timeout_s:g} s"
    if not child.returncode:
        return None
    lines = errors.decode("utf-8", "replace").strip().splitlines()
    return lines[-1][:300] if lines else f"the process that opened it ended ({child.returncode})"


def _packed(samples: Mapping[str, tuple[Any, Any]]) -> bytes:
    arrays = {f"ids:{name}": np.asarray(ids) for name, (ids, _) in samples.items()}
    arrays |= {f"vectors:{name}": np.asarray(given) for name, (_, given) in samples.items()}
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **arrays)
    return file.getvalue()
