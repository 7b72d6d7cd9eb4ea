"""The reply an experienced agent would give now, from past interactions and without a model."""

from copilot.retriever.next_reply.artefact import load, save
from copilot.retriever.next_reply.examples import ReplyExample, Verdict, Verdicted, examples_of
from copilot.retriever.next_reply.reply_model import Fetch, ReplyCandidate, ReplyModel
from copilot.retriever.next_reply.training import n_embedded, train_replies
from copilot.retriever.next_reply.turns import situation

__all__ = [
    "Fetch",
    "ReplyCandidate",
    "ReplyExample",
    "ReplyModel",
    "Verdict",
    "Verdicted",
    "examples_of",
    "load",
    "n_embedded",
    "save",
    "situation",
    "train_replies",
]
