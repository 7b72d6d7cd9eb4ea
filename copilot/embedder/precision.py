"""Which number format the graph computes in, and what this processor can do with it."""

from __future__ import annotations

import platform
from pathlib import Path
from typing import Literal

from copilot.errors import ConfigError

# int8w7: weights in seven bits. x86 without VNNI adds pairs of products in 16 bits, which eight
# bits overflow; seven cannot.
Precision = Literal["fp32", "int8", "int8w7"]


def chosen(quantise: str) -> Precision:
    """What COPILOT_QUANTISE means on this machine."""
    if quantise == "fp32":
        return "fp32"
    if quantise == "int8":
        return "int8w7" if overflows(platform.machine(), _cpu_flags()) else "int8"
    raise ConfigError(f"COPILOT_QUANTISE={quantise!r} is unknown: use 'int8' or 'fp32'.")


def overflows(machine: str, flags: frozenset[str]) -> bool:
    """Whether eight-bit products may saturate; an x86 that does not say is taken to."""
    is_x86 = machine.lower() in {"x86_64", "amd64", "i386", "i686"}
    return is_x86 and not flags & {"avx512_vnni", "avx_vnni", "amx_int8"}


def _cpu_flags() -> frozenset[str]:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8", "replace").splitlines()
    except OSError:
        return frozenset()
    found = next((line for line in lines if line.startswith("flags")), "")
    return frozenset(found.split())
