"""Conversation to hits: what is asked, where it is said, and how it was answered before."""

from copilot.retriever.repliers import Repliers
from copilot.retriever.retriever import Evidence, PastReply, Retriever

__all__ = ["Evidence", "PastReply", "Repliers", "Retriever"]
