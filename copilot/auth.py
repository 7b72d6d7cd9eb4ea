"""API keys and roles: what a caller may do. Keys are stored only as their SHA-256 digest.

A key holds 256 random bits, so a plain digest is enough: there is nothing to guess slowly.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import Literal

from copilot.errors import Forbidden

KeyRole = Literal["agent", "qa", "admin"]
ROLES: tuple[KeyRole, ...] = ("agent", "qa", "admin")
_RANK = {"agent": 0, "qa": 1, "admin": 2}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: tenant and role of a good key."""

    key_id: str
    tenant: str
    role: KeyRole

    def require(self, role: KeyRole) -> None:
        """Raises Forbidden unless the caller's role is at least `role`."""
        if _RANK[self.role] < _RANK[role]:
            raise Forbidden(f"This needs a key with the role {role}; yours is {self.role}.")


def new_key() -> str:
    """A fresh key: the prefix tells secret scanners what they found."""
    return f"ck_{secrets.token_urlsafe(32)}"


def digest(key: str) -> str:
    """What is stored of a key."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
