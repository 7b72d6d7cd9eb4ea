"""What an assessment looks at, prepared once: the customer's own words, the facts, the ledgers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, lru_cache
from pathlib import Path

from copilot.ledger import OpenLoop, Promise, Said, Timeline, open_loops, promises
from copilot.ledger.contacts import PerContact
from copilot.ledger.language import Sentence, digits, plain, sentences, stem, stems
from copilot.ledger.lexicon import lexicon
from copilot.needs.case import Case
from copilot.needs.catalogue import Offering, offerings
from copilot.needs.policy import Policy

SHORT_NAME = 24
SIGNALS = Path(__file__).with_name("signals.json")
_FORWARDED = re.compile(
    r"(?<!-)-{2,200} ?(?:original|forwarded) message|begin forwarded message|^(?:from|von|de): .+@|"
    r"^on .{5,60} wrote:"
    r"|^fwd?:|^fw:|\bforwarded (?:message|mail|from)\b.{0,40}:",
    re.I | re.M,
)
_PASTED = re.compile(r"^[ \t]*>.*(?:\n[ \t]*>.*)*", re.M)  # as one, however many lines
_SIGNATURE = re.compile(
    r"^(?:-- ?$|(?:kind|best|warm|many|with kind) regards,?|yours (?:sincerely|faithfully),?|"
    r"cheers,\s*$|sent from my .*)",
    re.I | re.M,
)
_QUOTED = re.compile(
    r"“[^”]{8,}”|\"[^\"]{8,}\"|«[^»]{8,}»|‘[^’]{12,}’(?!\w)|(?<!\w)'[^'\n]{20,}'(?!\w)"
)
_TO_SYSTEM = re.compile(
    r"\bignore (?:all |any |the )?(?:previous|prior|above|earlier)"
    r"|\b(?:system|assistant|ai|model|bot)\s*[:>\]]|\byou are (?:now )?(?:an? )?(?:ai|assistant|"
    r"model)\b"
    r"|\bnote to (?:the )?(?:ai|assistant|system|model|bot)\b|<\|?(?:system|im_start)|\bprompt:",
    re.I,
)
# Without any of these marks no part of a text is quoted, pasted, forwarded or a command.
_SUSPECT = re.compile(r"[\"“«‘>:\]<\n]|(?<!\w)'|--|(?i:ignore|you are|note to|forwarded)")
_REFUSED = re.compile(
    r"\b(?:(?:won't|doesn't|wouldn't|didn't) let (?:me|us|him|her|them)"
    r"|tried to(?= [^.;!?]{2,50} (?:and|but) (?:it |i |then )?"
    r"(?:get|gets|got|says|said|shows|showed|fail\w*|refuse\w*)\b)) (\w+)"
)
_NUMBER = re.compile(r"[\d_-]")  # of a product: COVER alone may be a plain word
_DEFINED = re.compile(
    r"\b(?:a|an|each|one|every) ([a-z]{3,}) is (?:a|an|one) ([a-z]{3,})\b(?! (?:of|for|that|who))"
)


@dataclass(frozen=True, slots=True)
class Words:
    """One sentence a customer said in their own words, and where."""

    turn: Said
    sentence: Sentence

    @property
    def text(self) -> str:
        """The sentence as said."""
        return self.sentence.text


def signals() -> Mapping[str, re.Pattern[str]]:
    """The word lists of this room."""
    return lexicon(SIGNALS)


@lru_cache(maxsize=65536)
def shows(name: str, text: str) -> bool:
    """True where the text shows this signal, with numbers in words or in figures."""
    pattern, lowered, figures = signals()[name], plain(text), digits(text)
    return bool(pattern.search(lowered) or (figures != lowered and pattern.search(figures)))


@lru_cache(maxsize=8192)
def foreign_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Parts of a turn that are not the speaker's own words (rule E2)."""
    if not _SUSPECT.search(text):
        return ()
    spans = [m.span() for pattern in (_PASTED, _QUOTED) for m in pattern.finditer(text)]
    for match in _TO_SYSTEM.finditer(text):
        start = max(text.rfind(mark, 0, match.start()) for mark in ".!?\n") + 1
        end = text.find("\n", match.end())
        spans.append((start, len(text) if end < 0 else end))
    for pattern in (_FORWARDED, _SIGNATURE):
        found = pattern.search(text)
        if found and not (pattern is _SIGNATURE and found.start() == 0):
            spans.append((found.start(), len(text)))
    return tuple(sorted(spans))


def is_foreign(start: int, end: int, spans: Sequence[tuple[int, int]]) -> bool:
    """True where the stretch touches someone else's words."""
    return any(start < stop and begin < end for begin, stop in spans)


@dataclass(frozen=True)
class Scene:
    """A case, read once."""

    case: Case
    policy: Policy
    timeline: Timeline
    promises: tuple[Promise, ...]
    loops: tuple[OpenLoop, ...]

    @classmethod
    def of(cls, case: Case, policy: Policy) -> Scene:
        """Order the turns and keep the ledgers."""
        timeline = case.timeline(policy)
        rules = policy.ledger(case.customer.market)
        made = promises(timeline, case.as_of, rules)
        asked = open_loops(timeline, similar=rules.similar)
        return cls(case, policy, timeline, tuple(made), tuple(asked))

    def with_ledgers(
        self, promises: tuple[Promise, ...] | None, loops: tuple[OpenLoop, ...] | None
    ) -> Scene:
        """The same scene with ledgers that were read more closely."""
        return replace(
            self,
            promises=self.promises if promises is None else promises,
            loops=self.loops if loops is None else loops,
        )

    @property
    def as_of(self) -> datetime:
        """The moment of the assessment."""
        return self.case.as_of

    @cached_property
    def items(self) -> list[Offering]:
        """The catalogue, read once."""
        return offerings(self.case, self.policy.bundle.horizon_months)

    @cached_property
    def _called(self) -> Mapping[str, tuple[str, ...]]:
        """The names of several words and the numbers of our products, longest first."""
        found: dict[str, tuple[str, ...]] = {}
        for item in self.items:
            name = " ".join(plain(item.product.name).split(",")[0].split())
            number = plain(item.sku)
            for called in (name, number):
                if " " in called or (called == number and _NUMBER.search(number)):
                    found[called] = (*found.get(called, ()), item.sku)
        return dict(sorted(found.items(), key=lambda pair: -len(pair[0])))

    @cached_property
    def _names(self) -> re.Pattern[str] | None:
        names = "|".join(map(re.escape, self._called))
        return re.compile(rf"(?<![\w-])({names})s?(?![\w-])") if names else None

    def called(self, text: str) -> frozenset[str]:
        """The products that a text calls by their whole names."""
        if self._names is None:
            return frozenset()
        said = self._names.findall(plain(text))
        return frozenset(sku for name in said for sku in self._called[name])

    def without_names(self, text: str) -> str:
        """The text without our products' names: who asks for a Leak Sensor reports no leak."""
        return self._names.sub(" ", plain(text)) if self._names else text

    @cached_property
    def same_units(self) -> Mapping[str, str]:
        """What our texts define: where "a zone is a room", three rooms are three zones."""
        found: dict[str, str] = {}
        for fact in self.case.knowledge:
            for match in _DEFINED.finditer(plain(fact.text)):
                found.setdefault(stem(match.group(2)), stem(match.group(1)))
        return found

    @cached_property
    def current(self) -> tuple[Said, ...]:
        """The turns of the conversation on the screen."""
        return tuple(t for t in self.timeline.turns if t.conversation_id == "now")

    @cached_property
    def own_words(self) -> tuple[Words, ...]:
        """The customer's own sentences in this conversation, without quotes and pasted parts."""
        return tuple(own_sentences(self.current))

    def past_saying(self, name: str) -> Iterator[Words]:
        """Every own sentence of earlier conversations that shows this signal.

        Only the turns that show it anywhere are taken apart: a lifetime is long.
        """
        for contact in self.timeline.contacts:
            for place in _showing(name)(contact):
                turn = contact.turns[place]
                if turn.conversation_id != "now":
                    yield from (w for w in own_sentences([turn]) if self.reads(name, w.text))

    @cached_property
    def agent_turns(self) -> tuple[Said, ...]:
        """What our side said in this conversation."""
        return tuple(t for t in self.current if t.ours)

    @cached_property
    def has_foreign_words(self) -> bool:
        """The conversation carries forwarded, pasted or quoted words, or a third party speaks."""
        return any(
            t.speaker == "third_party" or (t.speaker == "customer" and foreign_spans(t.text))
            for t in self.current
        )

    @cached_property
    def customer_stems(self) -> frozenset[str]:
        """All content words of the customer in this conversation."""
        return frozenset().union(*(stems(w.text) for w in self.own_words))

    def weighed(self, said: str) -> bool:
        """A way that changes nothing any more: ours have put it to them, or they did it in vain."""
        way = stems(said)
        return bool(way & self._in_vain) or any(len(way & told) >= 2 for told in self._put_to_them)

    @cached_property
    def _put_to_them(self) -> tuple[frozenset[str], ...]:
        """What our turns spoke of that the customer has answered since."""
        last = max((n for n, t in enumerate(self.current) if t.speaker == "customer"), default=0)
        return tuple(stems(t.text) for t in self.current[:last] if t.ours)

    @cached_property
    def _in_vain(self) -> frozenset[str]:
        """The acts that they say are refused: "the app won't let me add them"."""
        acts = (_REFUSED.findall(w.sentence.lower) for w in self.own_words)
        return frozenset(stem(act) for found in acts for act in found)

    @cached_property
    def position(self) -> Mapping[str, int]:
        """Where each current turn stands."""
        return {turn.id: place for place, turn in enumerate(self.current)}

    def says(self, name: str) -> Words | None:
        """The first own sentence that shows this signal."""
        return next(self.all_saying(name), None)

    def all_saying(self, name: str) -> Iterator[Words]:
        """Every own sentence that shows this signal."""
        return (w for w in self.own_words if self.reads(name, w.text))

    def reads(self, name: str, text: str) -> bool:
        """True where the text shows this signal."""
        return shows(name, text)

    def after(self, words: Words) -> tuple[Said, ...]:
        """The current turns that follow a sentence."""
        return self.current[self.position.get(words.turn.id, 0) + 1 :]


@lru_cache(maxsize=32)
def _showing(name: str) -> PerContact[tuple[int, ...]]:
    """The places of the customer's turns that show this signal anywhere, contact by contact."""
    pattern = signals()[name]

    def read(turns: Sequence[Said]) -> tuple[int, ...]:
        return tuple(
            place
            for place, turn in enumerate(turns)
            if turn.speaker == "customer" and pattern.search(plain(turn.text))
        )

    return PerContact(read)


def own_sentences(turns: Iterable[Said]) -> Iterator[Words]:
    """The customer's own sentences in these turns, without quotes and pasted parts."""
    for turn in turns:
        if turn.speaker != "customer":
            continue
        spans = foreign_spans(turn.text)
        for sentence in sentences(turn.text):
            if not is_foreign(sentence.start, sentence.end, spans) or _names_only(sentence, spans):
                yield Words(turn, sentence)


def _names_only(sentence: Sentence, spans: Sequence[tuple[int, int]]) -> bool:
    """What is quoted is a short name inside their sentence: 'remove the flat "Quay Row 3"'."""
    touched = [s for s in spans if s[0] < sentence.end and sentence.start < s[1]]
    return all(
        sentence.start < start and end < sentence.end and end - start <= SHORT_NAME
        for start, end in touched
    )
