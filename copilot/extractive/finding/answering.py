"""Which sentences answer a question at all, and are not just the least bad ones."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from copilot.extractive.fitting.kinds import Tried, asks_why, is_cause, is_of_kind, measured
from copilot.extractive.fitting.matching import (
    Article,
    Match,
    Unit,
    is_code,
    is_of_the_case,
    met,
    run_of,
    share_of,
)
from copilot.extractive.fitting.rows import Rows
from copilot.extractive.fitting.sentence import (
    CLOSE,
    NEAR,
    denies,
    has_everywhere,
    is_of_all_things,
    is_of_its_case,
    needed,
    says_number,
)
from copilot.extractive.guards import robbed
from copilot.extractive.guards.aside import is_for_the_handover, is_on_the_matter
from copilot.extractive.guards.codes import Codes
from copilot.extractive.guards.excluding import Excluding
from copilot.extractive.hearing.asking import Ask, Heard, is_measure
from copilot.extractive.hearing.referring import REMEDIES
from copilot.extractive.language.amounts import kinds_in
from copilot.extractive.language.words import stems
from copilot.extractive.records.products import Products

MEASURED = 0.15  # less of a question's words are needed where the unit tells as well
NEAR_CASE, CLOSE_CASE = 0.6, 0.75  # situations of past cases resemble each other more easily
REFERRED, REFERRED_LOOSE = 0.5, 0.2  # of what a short question refers to
SHARED, ENOUGH = 0.25, 0.6  # of the question's words in the article
MOSTLY = 0.4  # of the case that a question is put for
WEAK, BEHIND = 0.3, 0.1  # cosine of an article, and how much another may be nearer
SURE = 0.75  # of a question's words, where its article is far
LEANT = 2  # words of what was told that an amount of the first article speaks of
LIKELY = 3  # articles that a message is likely about
REST = 0.55  # of a question's words, where the one it ends on stands elsewhere in the article

# "Can I still return it?" is answered by what speaks of returning.
_MAY_I = re.compile(
    r"^\W*(?:(?:and|but|so|or) )?(?:can|could|may|am|are) (?:i|we) (?:still |also |allowed to )*"
    r"(?:return|cancel|leave|pause|exchange|swap|move|change|extend|transfer|sell|lend|share"
    r"|(?:send|take|bring|give) [^?.!]{1,40}? back)\b",
    re.IGNORECASE,
)
# "Must I …?" is answered by what is needed.
_MUST = re.compile(r"\b(?:must|have to|need(?: to)?|necessary|required)\b", re.IGNORECASE)
_NEEDED = re.compile(r"\b(?:must|have to|need(?:ed|s)?|necessary|required?)\b", re.IGNORECASE)
_LASTING = frozenset(stems("lose keep stay remain"))
_PAID = frozenset(stems("price cost charge fee pay free money"))


@dataclass(frozen=True)
class Answering:
    """All that is known beside a question: what was found, what was said, whose products."""

    articles: Sequence[Article]
    heard: Heard
    out: Excluding
    rare: Mapping[str, float]
    around: Mapping[str, float]
    known: frozenset[str]  # words that some article found says
    faced: frozenset[int]  # articles on what the customer is facing
    matters: frozenset[str]  # and what that is, in a word
    products: Products
    hard: frozenset[int] = frozenset()  # articles on trouble that nobody spoke of

    @cached_property
    def rows(self) -> Rows:
        """What is known of the rows of tables."""
        return Rows(self.articles, self.heard, self.products)

    @cached_property
    def codes(self) -> Codes:
        """What is known of the codes that a display shows."""
        return Codes(self.articles, self.heard)

    def _is_past_its_code(self, ask: Ask, article: Article) -> bool:
        """Whether they did all that is said of their code: the rest of the page is on others."""
        of_it = self.codes.told_of(ask, article)
        return bool(of_it) and all((u.n, u.said.line) in self.out.done for u in of_it)

    @cached_property
    def _on_theft(self) -> frozenset[int] | None:
        """The articles for who was robbed; None where nobody was."""
        return robbed.written_for_it(self.articles, self.heard)

    @cached_property
    def _shares(self) -> dict[tuple[Ask, int], float]:
        return {}

    def _covered(self, ask: Ask, article: Article) -> float:
        """The share of a question that an article speaks of; kept, for it is asked often."""
        known = self._shares.get((ask, article.n))
        if known is None:
            known = share_of(ask, article.vocabulary, self.rare, self.around)
            self._shares[(ask, article.n)] = known
        return known

    def _leaning(self, ask: Ask, article: Article) -> float:
        """The share of what a question refers to that an article speaks of."""
        known = [w for w in ask.leans if w in self.known]
        if not known:  # of what "it" is no article speaks; else the first one is likeliest
            is_it = ask.sort == "whether" and ask.refers
            return 1.0 if article.hit.rank == 1 and not is_it else 0.0
        total = sum(self.rare[w] for w in known)
        return sum(self.rare[w] * met(w, article.vocabulary) for w in known) / total

    def article(self, unit: Unit) -> Article:
        return next(a for a in self.articles if a.n == unit.n)

    def holds(self, ask: Ask, article: Article, found: Match) -> bool:
        """Whether a sentence is an answer and not just the least bad one."""
        said = found.unit.said
        spoken = said.stems | said.heading | article.title
        if self.codes.is_its_row(ask, found.unit):
            return True
        whose = self.out.whose
        if not self._is_of_theirs(ask, article) or (
            whose is not None and whose.is_beside(ask, article)
        ):
            return False
        if ask.focus and not self._says_focus(ask, article, found, spoken):
            return False
        if (ask.sort == "how" or _MAY_I.search(ask.text)) and not self._says_deed(
            ask, article, found.unit, spoken
        ):
            return False
        if (ask.is_typed and not found.fits) or not self.is_of_kind(ask, article, found.unit):
            return False
        if ask.sort == "whether" and not is_of_the_case(ask, spoken):
            return False
        is_day = self.rows.is_their_day(ask, article, found.unit)
        if not ask.leans and not self.around and all(map(is_measure, ask.words)) and not is_day:
            return False  # nothing to go by
        if ask.sort == "time" and denies(found.unit.text, ask):
            return False
        if ask.sort == "whether" and not self._says_whether(ask, found.unit, spoken):
            return False
        return self._is_answered_in(ask, article, found)

    def _is_of_theirs(self, ask: Ask, article: Article) -> bool:
        """Whether an article is for whoever asks this, and has not all been done already."""
        if article.n in self.hard and not any(met(w, article.title) for w in ask.words):
            return False
        if self._on_theft is not None and article.n not in self._on_theft and robbed.is_on_it(ask):
            return False
        if self._is_past_its_code(ask, article):
            return False
        return all(met(name, article.vocabulary) for name in ask.names)

    def is_of_kind(self, ask: Ask, article: Article, unit: Unit) -> bool:
        """Whether a sentence passes every guard on the kind of an answer."""
        tried = Tried(ask, unit, article, self.articles, self.heard.open_text)
        return is_of_kind(tried) and is_on_the_matter(tried)

    def _says_whether(self, ask: Ask, unit: Unit, spoken: frozenset[str]) -> bool:
        """Whether a sentence says yes or no to just this: its words are not there by chance."""
        lasting = [w for w in ask.words if w in _LASTING]
        if lasting and not any(met(word, unit.said.stems) for word in lasting):
            return has_everywhere(unit) and bool(ask.focus and met(ask.focus, unit.said.stems))
        if unit.said.kind == "row" and not self.rows.is_row_of(ask, unit):
            return False
        around = spoken | unit.said.beside
        is_faced = unit.n in self.faced  # what "it" stands for is what they are facing
        if ask.refers and not is_faced and not self._is_on_it(ask, around):
            return False
        if lasting and not is_of_its_case(ask, unit, self.around):
            return False
        return self._says_more(ask, unit, around)

    def _is_answered_in(self, ask: Ask, article: Article, found: Match) -> bool:
        """Whether a sentence of the right kind is of the right article, and says enough."""
        said = found.unit.said
        if article.hit.chunk.kind != "document":
            return self._is_near_case(ask, article)
        if is_for_the_handover(ask, found.unit, self.heard.open_text):
            return True
        if found.share < SURE and self._is_far(ask, article):
            return False
        if article.n in self.faced:
            if ask.is_broad or ask.is_bare or ask.sort in ("problem", "request"):
                return True
        elif not self._is_of_the_matter(ask, article) or self._is_of_other_title(ask, article):
            return False
        if self.rows.is_label(ask, article, found.unit) or self._is_of_the_told(
            ask, article, found.unit
        ):
            return True
        coded = self._is_coded(ask, said.heading | article.title)
        is_enough = coded or self._is_enough(ask, article)
        if ask.sort == "problem":  # however near the page: a sentence without a word of it is none
            return is_enough and found.share > 0
        if ask.is_bare or self._is_as_bare(ask):
            return is_enough
        if asks_why(ask) and is_cause(found.unit) and article.hit.score >= CLOSE:
            return True
        if ask.sort in ("how", "what", "request") and (
            coded or (is_enough and article.hit.rank == 1)
        ):
            return found.share >= (SHARED if coded else SHARED + 0.15)
        need = needed(ask, article.hit.score)
        return found.share >= (need - MEASURED if measured(ask.text) else need)

    def _is_coded(self, ask: Ask, above: frozenset[str]) -> bool:
        """Whether a heading or title names a code that they speak of."""
        return any(is_code(w) and w in above for w in (*ask.words, *self.around))

    @staticmethod
    def _is_of_the_told(ask: Ask, article: Article, unit: Unit) -> bool:
        """Of "it fell and is dead. What will this cost?", the amount of what they told of."""
        is_first = ask.sort == "cost" and ask.is_bare and article.hit.rank == 1
        return is_first and sum(bool(met(w, unit.said.stems)) for w in ask.leans) >= LEANT

    def _says_focus(self, ask: Ask, article: Article, found: Match, spoken: frozenset[str]) -> bool:
        """Whether a sentence says the word that matters, or its article, and it the rest."""
        assert ask.focus is not None
        if self.rows.is_of_their_kind(ask, found.unit) and kinds_in(found.unit.text):
            return True
        if ask.sort == "count":
            of_row = spoken if measured(ask.text) else found.unit.said.stems
            return bool(met(ask.focus, of_row))
        if met(ask.focus, spoken):
            return True
        if ask.focus in self.products.kinds and is_of_all_things(found.unit):
            return True
        is_rest = ask.sort == "whether" and found.share >= REST and _LASTING.isdisjoint(ask.words)
        return is_rest and bool(met(ask.focus, article.vocabulary))

    def _says_deed(self, ask: Ask, article: Article, unit: Unit, spoken: frozenset[str]) -> bool:
        """Whether words speak of what is to be done, where any article does: to cancel a line is
        not done by its menus."""
        deed = next((w for w, weight in ask.words.items() if weight >= 1.0), ask.deed)
        if deed is None or deed not in self.known or deed in REMEDIES or article.n in self.faced:
            return True
        if unit.said.kind == "step":
            spoken = spoken.union(*(u.said.stems for u in run_of(unit, article.units)))
        return bool(met(deed, spoken | unit.said.beside))

    def _is_of_case(self, ask: Ask, spoken: frozenset[str]) -> bool:
        """Whether words speak of the case that was put before: "If the hub is offline, will …?"."""
        known = [w for w in ask.case if w in self.known]
        total = sum(self.rare[w] for w in known)
        return sum(self.rare[w] for w in known if met(w, spoken)) >= MOSTLY * total

    def _says_more(self, ask: Ask, unit: Unit, spoken: frozenset[str]) -> bool:
        """Whether words speak of more than the one thing that a question ends on."""
        others = [w for w, weight in ask.words.items() if weight >= 1.0 and w != ask.focus]
        if not others:
            return says_number(ask, spoken) and self._is_of_case(ask, spoken)
        if any(met(w, spoken) for w in others):
            return True
        return bool(_MUST.search(ask.text) and _NEEDED.search(unit.text))

    def _is_on_it(self, ask: Ask, spoken: frozenset[str]) -> bool:
        """Whether words speak of what "it" stands for, or of anything of its kind."""
        known = [w for w in ask.leans if w in self.known]
        # "Do I have to pay for this": of one word that is met there is always something free.
        need = min(len(known), 2) if _PAID.issuperset(ask.words) else 1
        return not known or len(spoken.intersection(known)) >= need

    def _is_as_bare(self, ask: Ask) -> bool:
        """Whether the words of a question for a date or an amount are in no article at all.

        Then what it refers to must tell enough: of one word alone there are many sentences.
        """
        leans = sum(w in self.known for w in ask.leans)
        return ask.is_typed and leans > 1 and self.known.isdisjoint(ask.words)

    @cached_property
    def _best(self) -> float:
        """How near the nearest article is that may be quoted."""
        public = [a for a in self.articles if not a.is_product and a.hit.visibility == "public"]
        return max((a.hit.score for a in public), default=0.0)

    def _is_far(self, ask: Ask, article: Article) -> bool:
        """Whether an article is about something else by its meaning, or another is much nearer.

        Not where its title names what is asked about, or what they are facing.
        """
        score = article.hit.score
        if article.is_product or not (score < WEAK or self._best - score > BEHIND):
            return False
        own = (w for w, weight in ask.words.items() if weight >= 1.0)
        named = any(met(w, article.title) for w in (*own, *ask.leans))
        return not named and article.n not in self.faced

    def _is_near_case(self, ask: Ask, article: Article) -> bool:
        score = article.hit.score
        covered = self._covered(ask, article)
        return score >= CLOSE_CASE or (score >= NEAR_CASE and covered >= SHARED)

    def _is_of_the_matter(self, ask: Ask, article: Article) -> bool:
        """Whether an article speaks of what a short question refers to."""
        if not ask.is_short and not ask.refers:
            return True
        is_strict = ask.sort == "whether" and ask.refers and article.hit.rank > 1
        return self._leaning(ask, article) >= (REFERRED if is_strict else REFERRED_LOOSE)

    def _is_enough(self, ask: Ask, article: Article) -> bool:
        """Whether an article as a whole speaks to the question."""
        score, covered = article.hit.score, self._covered(ask, article)
        if score >= CLOSE or covered >= ENOUGH or (score >= NEAR and covered >= SHARED):
            return True
        if not ask.is_bare and not self._is_as_bare(ask):
            return False
        if ask.sort == "how" and article.hit.rank <= LIKELY and self._is_titled(ask, article):
            return True
        return article.hit.rank == 1 and self._leaning(ask, article) >= ENOUGH

    def _is_titled(self, ask: Ask, article: Article) -> bool:
        """Whether the title says what is to be done, whatever it is done to."""
        return any(met(w, article.title) for w in ask.leans if w not in self.products.kinds)

    def _is_of_other_title(self, ask: Ask, article: Article) -> bool:
        """Of an article far down of whose title nobody said a word: it tells of another case."""
        if article.hit.rank <= LIKELY or article.is_product or article.hit.score >= CLOSE:
            return False
        own = {w for w, weight in ask.words.items() if weight >= 1.0}
        said = {*own, *ask.leans, *self.around, *self.heard.now, *self.heard.before}
        title = frozenset(stems(article.hit.title))
        return bool(title) and not any(met(word, title) for word in said)
