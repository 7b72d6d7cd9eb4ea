"""What may go to a model and to a screen: pure checks, one rule per module."""

from __future__ import annotations
