"""Which replies that colleagues gave before may stand beside the draft, and which would do harm.

What helped one customer can hurt another: a promise we have not kept, an offer to somebody who
complains or cannot pay, a good-bye to somebody who waits. Nothing is better than such a reply.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from copilot.db import TenantStore
from copilot.domain import Alternative, Conversation, Turn
from copilot.extractive import ALIKE, stems
from copilot.guardrails.selling import sells
from copilot.guardrails.wording import check_wording
from copilot.needs import Assessment
from copilot.retriever import PastReply
from copilot.retriever.words import words
from copilot.story import Story
from copilot.suggester.catalogue import View
from copilot.suggester.checks import Allowed

_STOPS = ("G0", "G1", "G2", "G3")  # the gates for the contact as a whole
_UNSETTLED = ("open", "fixed_unconfirmed")
MOST_DISPUTED = 500  # statements of ours that contradict a fact, of one tenant
FEW_WORDS = 3  # of meaning in the last turn: below, the turns before it tell what is meant
SAME_WORDS = 0.6  # share of a statement's words that say it again …
FEWEST_SAME = 2  # … and how many they are at least
FAREWELL_WORDS = 7
_SPLIT = re.compile(r"(?<=[.!?])\s+|\n+")
_FAREWELL = re.compile(
    r"\b(?:good ?bye|bye|farewell|take care\W*$|see you|until then\W*$|safe (?:journey|travels)"
    r"|have an? (?:\w+ ){1,3}\w+\W*$|^enjoy\b|anything else\W*$|my pleasure"
    r"|you(?:['’]re| are) (?:very |most )?welcome)",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"\b(?:bye|goodbye|thanks|thank you|cheers|nothing else|all good"
    r"|that(?:['’]s| is| was| will be) (?:all|it|everything)"
    r"|have an? (?:good|nice|lovely|great))\b",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    r"\?|\b(?:please|but|want|need|would like|i['’]d like|can you|could you|tell me|how|what|when"
    r"|why|which|still)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Judge:
    """What this moment forbids and asks for. Built once, asked for every past reply."""

    heard: frozenset[str]  # what the customer said last, in stems and words that mean alike
    closes: bool
    product_names: tuple[str, ...]
    spoken_of: tuple[str, ...]  # products they own, named, or have a need for
    cares: bool  # a sign that somebody must be taken care of
    may_sell: bool
    disputed_in: frozenset[str]  # conversations in which we said what a fact contradicts
    disputed: tuple[str, ...]

    @classmethod
    def of(
        cls,
        store: TenantStore,
        conversation: Conversation,
        story: Story,
        assessment: Assessment,
        catalogue: View,
        named: Iterable[str],
    ) -> Judge:
        """The judge of a conversation as it was assessed."""
        wrong = store.ledgers.entries("promise", status=("conflict",), limit=MOST_DISPUTED)
        here = [p for p in assessment.promises if p.status == "conflict"]
        wanted = {sku for flag in assessment.flags for sku in flag.recommended}
        spoken_of = (
            *named,
            *_owned(story),
            *(p.name for p in catalogue.products if p.sku in wanted),
        )
        return cls(
            heard=widened(open_words(conversation.turns)),
            closes=closes(conversation.turns),
            product_names=catalogue.names,
            spoken_of=spoken_of,
            cares=bool(assessment.contact_state.care),
            may_sell=bool(assessment.flags) and not stopped(assessment),
            disputed_in=frozenset(
                [*(row["source_id"] for row in wrong), *(p.conversation_id for p in here)]
            ),
            disputed=tuple(
                dict.fromkeys([*(row["body"]["quote"] for row in wrong), *(p.quote for p in here)])
            ),
        )

    def fits(self, reply: PastReply) -> bool:
        """Whether a past reply helps here and hurts nobody."""
        text = reply.alternative.text
        if reply.alternative.source_id in self.disputed_in or self._is_disputed(text):
            return False
        if self._is_pushy(text):
            return False
        # A habit was learned with the step it belongs to; a neighbour has only its words to show.
        if reply.is_habit:
            return True
        if _is_farewell(text):
            return self.closes
        return bool(self.heard & set(stems(text))) and bool(self.heard & set(stems(reply.answered)))

    def _is_disputed(self, text: str) -> bool:
        return any(_says_again(text, quote) for quote in self.disputed)

    def _is_pushy(self, text: str) -> bool:
        if not self.product_names:  # nothing is sold here: what would read as an offer is none
            return self.cares and sells(text, ())
        if check_wording(text):
            return True
        return not self.may_sell and sells(text, self.product_names, self.spoken_of)


def unsold(
    replies: tuple[Alternative, ...], assessment: Assessment, story: Story, allowed: Allowed
) -> tuple[Alternative, ...]:
    """The replies that still fit once a model has read the needs: it may see care that rules miss.

    Nothing comes back that the rules' assessment had left out.
    """
    if not allowed.product_names or not stopped(assessment):
        return replies
    spoken_of = (*allowed.named_by_customer, *_owned(story))
    return tuple(one for one in replies if not sells(one.text, allowed.product_names, spoken_of))


def _owned(story: Story) -> tuple[str, ...]:
    return tuple(item.name for customer in story.records for item in customer.entitlements)


def stopped(assessment: Assessment) -> bool:
    """Care, an objection, an open matter of ours: nothing is sold, whatever else was said."""
    state, gates = assessment.contact_state, assessment.audit.gates
    return (
        bool(state.care)
        or state.complaint
        or state.issue_status in _UNSETTLED
        or any(gates[name].result == "fail" for name in _STOPS if name in gates)
    )


def open_words(turns: Sequence[Turn]) -> set[str]:
    """Stems of what the customer said since our last word, or of all where that is little."""
    ours = max((n for n, turn in enumerate(turns) if turn.speaker in ("agent", "bot")), default=-1)
    last = _said(turns[ours + 1 :])
    return last if len(last) >= FEW_WORDS else _said(turns)


def _said(turns: Iterable[Turn]) -> set[str]:
    return {stem for turn in turns if turn.speaker == "customer" for stem in stems(turn.text)}


def widened(found: Iterable[str]) -> frozenset[str]:
    """Stems, with the words that are used for the same."""
    return frozenset(word for stem in found for word in (stem, *ALIKE.get(stem, ())))


def closes(turns: Sequence[Turn]) -> bool:
    """The customer has what they wanted and takes their leave."""
    last = turns[-1] if turns else None
    if last is None or last.speaker != "customer":
        return False
    return bool(_CLOSING.search(last.text)) and not _GOES_ON.search(last.text)


def _is_farewell(text: str) -> bool:
    return any(
        _FAREWELL.search(sentence) and len(sentence.split()) <= FAREWELL_WORDS
        for sentence in _SPLIT.split(text.strip())
    )


def _says_again(text: str, quote: str) -> bool:
    """The same words, or most words of meaning of a statement."""
    one, other = _flat(text), _flat(quote)
    if one and other and (other in one or one in other):
        return True
    meant = set(stems(quote))
    shared = meant & set(stems(text))
    return len(shared) >= max(FEWEST_SAME, SAME_WORDS * len(meant))


def _flat(text: str) -> str:
    return f" {' '.join(words(text))} "
