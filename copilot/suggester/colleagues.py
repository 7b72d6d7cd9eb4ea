"""Which replies that colleagues gave before may stand beside the draft, and which would do harm.

What helped one customer can hurt another: a promise we have not kept, an offer to somebody who
complains or cannot pay, a good-bye to somebody who waits. Nothing is better than such a reply.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from copilot.db import TenantStore
from copilot.domain import Alternative, Conversation, Hit, Turn
from copilot.extractive import stems
from copilot.extractive.guards.danger import may_stand_beside
from copilot.extractive.guards.robbed import is_robbed, speaks_of_theft
from copilot.extractive.hearing.asking import Heard, hear
from copilot.extractive.hearing.deeds import deeds_in, is_followed
from copilot.extractive.hearing.sent import asks_again, sent_in
from copilot.guardrails.repeats import SAME_QUESTION, repeated_questions
from copilot.guardrails.selling import sells
from copilot.guardrails.wording import check_wording
from copilot.needs import Assessment
from copilot.retriever import PastReply, Retriever
from copilot.retriever.words import words
from copilot.story import Story, first_name
from copilot.suggester.carrying import Known, carried, is_tied, names_nobody, without_address
from copilot.suggester.catalogue import View
from copilot.suggester.checks import Allowed
from copilot.suggester.likeness import SAME_STEP, Likeness, Near

_STOPS = ("G0", "G1", "G2", "G3")  # the gates for the contact as a whole
_UNSETTLED = ("open", "fixed_unconfirmed")
_UNKEPT = ("open", "overdue", "conflict")
SPARE = 2  # replies beyond those asked for: two may say the same
MOST_DISPUTED = 500  # statements of ours that contradict a fact, of one tenant
SAME_WORDS = 0.6  # share of a statement's words that say it again …
FEWEST_SAME = 2  # … and how many they are at least
TOLD = 0.7  # share of a reply's words in one turn of ours: it was said in this conversation …
FEWEST_SAID = 3  # … and how many words it has at least
TRIED = 0.8  # share of the words of a deed that stand in the advice to do it
SAME_REPLY = 0.6  # of the words of two replies, and they are one choice
FAREWELL_WORDS = 7
_SPLIT = re.compile(r"(?<=[.!?])\s+|\n+")
_FAREWELL = re.compile(
    r"\b(?:good ?bye|bye|farewell|take care\W*$|see you|until then\W*$|safe (?:journey|travels)"
    r"|have an? (?:\w+ ){1,3}\w+\W*$|^enjoy\b|anything else\W*$|my pleasure"
    r"|you(?:['’]re| are) (?:very |most )?welcome)",
    re.IGNORECASE,
)
_WISHES = frozenset(
    stems(
        "nice good great lovely day evening weekend week morning afternoon help"
        " welcome bye goodbye pleasure glad take care see"
    )
)
_CLOSING = re.compile(
    r"\b(?:bye|goodbye|thanks|thank you|cheers|nothing else|all good"
    r"|that(?:['’]s| is| was| will be) (?:all|it|everything)"
    r"|have an? (?:good|nice|lovely|great))\b",
    re.IGNORECASE,
)
_ANYTHING = re.compile(r"\b(?:anything|something) (?:else|more)\b[^?]*\?", re.IGNORECASE)
_NOTHING = re.compile(
    r"^\W*(?:no|nope|nah|nothing|i['’]m (?:good|fine|ok(?:ay)?)|all good|not (?:now|today))\b"
    r"(?:\W+(?:thanks?|thank you|nothing|that(?:['’]s| is| was)? (?:all|it|everything)|i['’]m good"
    r"|all good|for now|at the moment|else|bye|goodbye))*\W*$",
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

    alike: Likeness
    known: Known
    closes: bool
    product_names: tuple[str, ...]
    spoken_of: tuple[str, ...]  # products they own, named, or have a need for
    cares: bool  # a sign that somebody must be taken care of
    may_sell: bool
    withheld_in: frozenset[str]  # conversations that were wrong of a fact, or this customer's own
    withheld: tuple[str, ...]  # what we said wrongly, or owe this customer
    heard: Heard  # what they tried, refused and were told in this conversation
    turns: tuple[Turn, ...]

    @classmethod
    def of(
        cls,
        store: TenantStore,
        conversation: Conversation,
        story: Story,
        assessment: Assessment,
        catalogue: View,
        named: Iterable[str],
        evidence: Sequence[Hit],
        near: Near,
    ) -> Judge:
        """The judge of a conversation as it was assessed. `evidence` is what was found for it."""
        wrong = store.ledgers.entries("promise", status=("conflict",), limit=MOST_DISPUTED)
        ours = [p for p in assessment.promises if p.status in _UNKEPT]
        wanted = {sku for flag in assessment.flags for sku in flag.recommended}
        spoken_of = (
            *named,
            *_owned(story),
            *(p.name for p in catalogue.products if p.sku in wanted),
        )
        guarded = stopped(assessment)
        said = "\n".join(t.text for t in conversation.turns if t.speaker == "customer")
        return cls(
            alike=Likeness.of(conversation.turns, near),
            known=Known.of(
                [hit.chunk.text for hit in evidence if _is_public_article(hit)],
                said,
                catalogue.names,
                spoken_of,
                is_guarded=guarded,
            ),
            closes=closes(conversation.turns),
            product_names=catalogue.names,
            spoken_of=spoken_of,
            cares=bool(assessment.contact_state.care),
            may_sell=bool(assessment.flags) and not guarded,
            withheld_in=frozenset(
                [
                    *(row["source_id"] for row in wrong),
                    *(p.conversation_id for p in ours if p.status == "conflict"),
                    *(contact.source_id for contact in story.contacts),
                ]
            ),
            withheld=tuple(
                dict.fromkeys([*(row["body"]["quote"] for row in wrong), *(p.quote for p in ours)])
            ),
            heard=hear(conversation.turns),
            turns=conversation.turns,
        )

    def offered(self, reply: PastReply) -> Alternative | None:
        """A past reply as it may be said now, or None where it would not help or do harm."""
        said = reply.alternative
        if said.source_id in self.withheld_in or self._is_withheld(said.text):
            return None
        if self._is_pushy(said.text) or (is_farewell(said.text) and not self._may_part(reply)):
            return None
        # A habit was learned with the step it belongs to: its values are left open for this
        # customer and it need not echo their words. A neighbour has only its words to show.
        text = without_address(said.text) if reply.is_habit else self._carried(said.text)
        if not text or self._is_pushy(said.text) or self._is_pushy(text):
            return None
        if is_robbed(self.heard) and not speaks_of_theft(text):
            return None
        if not may_stand_beside(text, self.heard.said_text):
            return None
        # A step that returns ("and the next street?") was learned as one that does.
        if self._is_done(text) or (not reply.is_habit and self._is_told(text)):
            return None
        if reply.is_habit:
            is_like = reply.likeness >= SAME_STEP and names_nobody(text)
        elif self.closes or is_farewell(text):  # who takes their leave is told nothing more
            is_like = self.closes and is_farewell(text)
        else:
            is_like = self.alike.holds(reply.answered, text)
        return replace(said, text=text) if is_like else None

    def _may_part(self, reply: PastReply) -> bool:
        """Who takes their leave; or where a saved reply is learned to come, and nobody asks."""
        return self.closes or (reply.is_saved and not self._asks)

    @property
    def _asks(self) -> bool:
        last = self.turns[-1] if self.turns else None
        return last is None or last.speaker != "customer" or "?" in last.text

    def _carried(self, text: str) -> str | None:
        if is_farewell(text):
            bare = without_address(text)
            fits = not is_tied(bare, self.known) and not set(stems(bare)) - _WISHES
            return bare if fits else None
        return carried(text, self.known)

    def _is_withheld(self, text: str) -> bool:
        return any(_says_again(text, quote) for quote in self.withheld)

    def _is_done(self, text: str) -> bool:
        """Whether they refused it, have tried it, or have answered what it asks."""
        said = frozenset(stems(text))
        if any(no and len(no & said) >= SAME_WORDS * len(no) for no in self.heard.refused):
            return True
        advice = [sentence for sentence in _SPLIT.split(text) if sentence]
        deeds = deeds_in(self.heard.said_text)
        if any(is_followed(sentence, deed) for sentence in advice for deed in deeds):
            return True
        if any(_has_done(s, tried) for s in advice for tried in self.heard.tried):
            return True
        if any(_tells(s, deed) for s in advice for deed in self.heard.followed):
            return True
        if asks_again(text, sent_in(self.heard.said_text)):
            return True
        return any(known.slot != SAME_QUESTION for known in repeated_questions(text, self.turns))

    def _is_told(self, text: str) -> bool:
        """Whether we said or asked it in this conversation."""
        if repeated_questions(text, self.turns):
            return True
        said = frozenset(stems(text))
        return any(_covers(told, said, TOLD) for told in self.heard.told)

    def _is_pushy(self, text: str) -> bool:
        if not self.product_names:  # nothing is sold here: what would read as an offer is none
            return self.cares and sells(text, ())
        if check_wording(text):
            return True
        return not self.may_sell and sells(text, self.product_names, self.spoken_of)


def past_replies(
    retriever: Retriever,
    store: TenantStore,
    conversation: Conversation,
    n: int,
    story: Story,
    assessment: Assessment,
    catalogue: View,
    named: Iterable[str],
    evidence: Sequence[Hit],
) -> tuple[Alternative, ...]:
    """Up to n distinct replies to other customers that may be said to this one now."""
    if not n:
        return ()
    judge = Judge.of(
        store, conversation, story, assessment, catalogue, named, evidence, retriever.near
    )
    found = retriever.next_replies(
        store, conversation, n + SPARE, name=first_name(story), offered=judge.offered
    )
    return distinct(found, n)


def distinct(replies: Iterable[Alternative], n: int) -> tuple[Alternative, ...]:
    """Up to n replies that differ: two that say nearly the same are one choice."""
    kept: list[Alternative] = []
    for one in replies:
        meant = frozenset(stems(one.text))
        others = (frozenset(stems(other.text)) for other in kept)
        if not any(len(meant & o) >= SAME_REPLY * len(meant | o) for o in others):
            kept.append(one)
    return tuple(kept[:n])


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


def closes(turns: Sequence[Turn]) -> bool:
    """The customer has what they wanted and takes their leave."""
    last = turns[-1] if turns else None
    if last is None or last.speaker != "customer":
        return False
    asked = turns[-2].text if len(turns) > 1 and turns[-2].speaker != "customer" else ""
    if _ANYTHING.search(asked) and _NOTHING.search(last.text):
        return True
    return bool(_CLOSING.search(last.text)) and not _GOES_ON.search(last.text)


def _is_public_article(hit: Hit) -> bool:
    return hit.chunk.kind == "document" and hit.visibility == "public"


def _covers(told: frozenset[str], said: frozenset[str], share: float) -> bool:
    return len(said) >= FEWEST_SAID and len(said & told) >= share * len(said)


def _has_done(sentence: str, tried: frozenset[str]) -> bool:
    """Whether a sentence tells to do what the customer says they did: it begins so, or names it."""
    advice = stems(sentence)
    if not advice or not tried:
        return False
    shared = len(tried.intersection(advice))
    return advice[0] in tried or shared >= max(FEWEST_SAME, TRIED * len(tried))


def _tells(sentence: str, deed: frozenset[str]) -> bool:
    """Whether a sentence tells to do what we advised and they say they did."""
    return len(deed.intersection(stems(sentence))) >= max(FEWEST_SAME, TRIED * len(deed))


def is_farewell(text: str) -> bool:
    """Whether a reply ends a conversation."""
    return any(
        _FAREWELL.search(sentence) and len(sentence.split()) <= FAREWELL_WORDS
        for sentence in _SPLIT.split(text.strip())
    )


def _says_again(text: str, quote: str) -> bool:
    """The same words, or most words of meaning of a statement."""
    one, other = _flat(text), _flat(quote)
    if one and other and (other in one or one in other):
        return True
    meant = _meaning(quote)
    return len(meant & _meaning(text)) >= max(FEWEST_SAME, SAME_WORDS * len(meant))


@lru_cache(maxsize=4_096)  # the same replies are held against the same statements again and again
def _meaning(text: str) -> frozenset[str]:
    return frozenset(stems(text))


@lru_cache(maxsize=4_096)
def _flat(text: str) -> str:
    return f" {' '.join(words(text))} "
