"""Invented exports whose columns nobody declared, to measure what is proposed for them."""

from __future__ import annotations

from tests.unmapped_exports.cells import Export
from tests.unmapped_exports.later import LATER
from tests.unmapped_exports.others import OTHERS
from tests.unmapped_exports.products import DEVELOPED

__all__ = ["DEVELOPED", "LATER", "OTHERS", "Export"]
