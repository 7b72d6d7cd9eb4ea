"""Which sentences answer one question: the best, with those it leans on; steps whole, in order."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

from copilot.extractive.finding.ranking import LEANING, Ranking
from copilot.extractive.fitting.kinds import asks_why, causes
from copilot.extractive.fitting.matching import (
    LEANS,
    Article,
    Match,
    Unit,
    is_code,
    met,
    run_of,
)
from copilot.extractive.fitting.sentence import has_everywhere
from copilot.extractive.guards.ages import of_every_age
from copilot.extractive.hearing.asking import Ask
from copilot.extractive.records.products import meant_by
from copilot.guardrails.wording import check_wording

MAX_STEPS = 8
PER_ASK = 3
MAX_CHARS, PARAGRAPH = 900, 330
MAX_ROWS, MAX_CAUSES = 3, 5
SECOND, ADDS = 0.6, 0.2  # a further sentence: its score as a share of the best, and what is new
BY_HEADING = 0.55  # of a question's words: its heading says it all
CONCERN = 0.6  # of a statement's words
ELSEWHERE = 0.8  # of the best sentence's score, for steps under another heading
CURE = 5  # words of a code's row that tells what to do and not only what it means
TRIED = 12  # candidates looked at before a question counts as unanswered

_EITHER = re.compile(r"\b(?:either|too|as well)\.$", re.IGNORECASE)
_NAMED = re.compile(r"^[A-Z][^:.!?]{2,40}:\s")


@dataclass(frozen=True, slots=True)
class Answer:
    """The sentences for one question; steps are given as they are, never shortened."""

    units: tuple[Unit, ...]
    is_steps: bool = False


@dataclass(frozen=True, slots=True)
class Chooser:
    """Answers questions from ranked sentences, each sentence once."""

    ranking: Ranking

    def answer(self, ask: Ask, used: Sequence[Unit]) -> Answer | None:
        """The best supported answer, or None where the evidence is weak.

        The catalogue speaks where no article does, or only one on something else.
        """
        facts = self.ranking.facts
        found = self._answer(ask, used, self.ranking.pages)
        if facts and (found is None or not self.ranking.is_about(ask, found.units)):
            found = self._answer(ask, used, facts) or found
        return found

    def _answer(self, ask: Ask, used: Sequence[Unit], among: Container[int]) -> Answer | None:
        ranked = self.ranking.ranked(ask, used, only=among)
        likely = [m for m in ranked if m.fits] if ask.is_typed else ranked
        for found in likely[: TRIED * (1 + (ask.sort == "whether"))]:
            article = self.ranking.article(found.unit)
            if not self.ranking.holds(ask, article, found) or self._is_unfit(found.unit, ask):
                continue
            if self.ranking.codes.is_its_row(ask, found.unit):
                if ask.sort == "how" and len(found.unit.said.stems) < CURE:
                    continue  # "F23: Descaling due" does not say how that is done
                return Answer((found.unit,))
            steps = self._steps(ask, article, ranked)
            kept = steps or self._sentences(ask, article, found, ranked)
            fit = tuple(u for u in kept if not self._is_unfit(u, ask))
            fit = tuple(
                u for u in fit if not u.said.case or self.ranking.is_of_kind(ask, article, u)
            )
            if not fit and kept:
                continue
            return Answer(fit, is_steps=bool(steps))
        return None

    def also(self, concern: Ask, used: Sequence[Unit]) -> Answer | None:
        """What the articles already cited say on something said beside the questions."""
        cited = {u.n for u in used} - self.ranking.facts
        if len([w for w in concern.words if self.ranking.rare[w] > 1.0]) < 2:
            return None
        told = frozenset().union(*(u.said.stems for u in used))
        for found in self.ranking.ranked(concern, used, only=cited)[:1]:
            words = [w for w in concern.words if w not in told and w in self.ranking.known]
            new = sum(bool(met(w, found.unit.said.stems)) for w in words)
            is_near = found.share >= CONCERN or bool(concern.pairs & found.unit.said.pairs)
            if new >= 2 and is_near and not self._is_unfit(found.unit, concern):
                return Answer((found.unit,))
        return None

    def _is_unfit(self, unit: Unit, ask: Ask) -> bool:
        """What the gate would leave out anyway: another sentence may answer as well."""
        if unit.said.kind == "step" and self._is_for_another_thing(unit, ask):
            return True
        is_row = ask.sort == "whether" and unit.said.kind == "row"
        if is_row and not self.ranking.rows.is_row_of(ask, unit):
            return True
        if check_wording(unit.text):
            return True
        return not has_everywhere(unit) and self.ranking.products.is_pitch(unit.text, ask)

    def _is_for_another_thing(self, unit: Unit, ask: Ask) -> bool:
        """A step from an article that never names the thing in question: its router is no mesh.

        Only where an article on that thing says more of what was told.
        """
        ranking, own = self.ranking, self.ranking.article(unit)
        titles = frozenset().union(*(a.title for a in ranking.articles))
        meant, told = meant_by(ask.text, ranking.heard.open_text, ranking.products.kinds & titles)
        if not meant or any(met(thing, own.vocabulary) for thing in meant):
            return False
        if any(is_code(w) for w in own.title & told):
            return False

        def says(article: Article) -> float:
            rare = ranking.rare
            return sum(rare.get(w, 1.0) * met(w, article.vocabulary) for w in told - meant)

        most = says(own)
        return any(a.title & meant and says(a) > most for a in ranking.articles)

    def _steps(self, ask: Ask, article: Article, ranked: Sequence[Match]) -> list[Unit]:
        """A list of steps where one is asked for, or where it holds the best sentence."""
        if ask.sort not in ("how", "problem", "request", "what"):
            return []
        scores = {m.unit: m.score for m in ranked if m.unit.n == article.n}
        best = max(scores.values(), default=0.0)
        # The one list of an article on what is to be done is how, whatever words it has.
        is_how = ask.sort == "how" and _names_it(ask, article)
        among = article.units if is_how else scores
        runs = {u.said.block: run_of(u, article.units) for u in among if u.said.kind == "step"}
        runs = {
            b: run
            for b, run in runs.items()
            if len(run) >= 2 and not self.ranking.out.was_told(run)
        }

        def worth(run: Sequence[Unit]) -> float:
            return max(scores.get(u, 0.0) for u in run)

        run = max(runs.values(), key=lambda some: (worth(some), -some[0].place), default=[])
        enough = {"problem": 0.5, "how": 0.65}.get(ask.sort, 0.999)
        leads = max(scores, key=lambda u: scores[u], default=None)
        if is_how and len(runs) == 1:
            enough = 0.0
        if ask.sort == "problem" and run and leads and self._is_elsewhere(leads, run[0], article):
            enough = ELSEWHERE
        if not run or worth(run) < enough * best:
            return []
        if not ask.is_broad and self._is_one_of(run, scores):
            return []
        steps = [u for u in run if not self.ranking.out.is_out(u)][:MAX_STEPS]
        return self._before(run[0], article) + steps if steps else []

    @staticmethod
    def _is_elsewhere(best: Unit, step: Unit, article: Article) -> bool:
        """Whether the best sentence's heading has nothing to do with that of the steps."""
        under = step.said.heading | article.title
        return bool(best.said.heading) and best.said.heading.isdisjoint(under)

    def _before(self, step: Unit, article: Article) -> list[Unit]:
        """The paragraph that leads to a list of steps; a title without a verb says nothing."""
        found: list[Unit] = []
        for unit in reversed(article.units[: step.place]):
            if unit.said.kind != "prose" or unit.said.heading != step.said.heading:
                break
            if found and unit.said.block != found[0].said.block:
                break
            found.insert(0, unit)
        kept = [u for u in found if not self.ranking.out.is_out(u) and len(u.text.split()) > 4]
        return kept[-2:] if kept and kept[-1].text.endswith(":") else kept[-1:]

    def _is_one_of(self, run: Sequence[Unit], scores: Mapping[Unit, float]) -> bool:
        """A numbered list of things, each under its name, one of which is meant."""
        if sum(bool(_NAMED.match(u.text)) for u in run) < 0.6 * len(run):
            return False
        first, second, *_ = sorted((scores.get(u, 0.0) for u in run), reverse=True)
        return first > 1.6 * second

    def _sentences(
        self, ask: Ask, article: Article, found: Match, ranked: Sequence[Match]
    ) -> list[Unit]:
        if asks_why(ask) and (table := causes(found.unit, article.units)):
            return [u for u in table if not self.ranking.out.is_out(u)][:MAX_CAUSES]
        if every := of_every_age(found.unit, article.units, self.ranking.heard.said_text):
            return every
        kept = self._with_what_it_leans_on(found.unit, article)
        if ask.is_bare and ask.is_typed and found.unit.said.kind == "row":
            fitting = {m.unit for m in ranked if m.fits}
            block = found.unit.said.block
            rows = [u for u in article.units if u.said.block == block and u in fitting]
            named = [u for u in rows if any(met(w, u.said.stems) for w in ask.leans)]
            most = self._leaned_on(found.unit, ask)
            named = [u for u in named if self._leaned_on(u, ask) >= most]
            rows = named if found.unit in named else rows  # "what is it a month?": of that thing
            kept = (self.ranking.rows.for_anybody(rows) or rows)[:MAX_ROWS]
        if not ask.is_typed and self._is_by_heading(ask, found):
            kept = self._section(found.unit, article, {m.unit for m in ranked})
        told = frozenset().union(*(u.said.stems for u in kept))
        wanted = {**dict.fromkeys(ask.leans, LEANS), **ask.words}
        for other in ranked:
            if len(kept) >= PER_ASK or other.score < SECOND * found.score:
                break
            new = other.unit.said.stems - told - article.title
            adds = sum(weight * self.ranking.rare[w] for w, weight in wanted.items() if w in new)
            total = sum(weight * self.ranking.rare[w] for w, weight in wanted.items())
            is_row = ask.sort == "request" and other.unit.said.kind == "row"
            is_new = other.unit.n == article.n and other.unit not in kept
            if not is_new or (adds < ADDS * total and not is_row):
                continue
            if self._may_add(ask, article, other):
                more = self._with_what_it_leans_on(other.unit, article)
                kept += [u for u in more if u not in kept]
                told |= other.unit.said.stems
        if len(kept) == 1 and not ask.is_typed:
            kept += self._next(kept[0], article)
        elif len(kept) == 1 and ask.is_short:  # "moving up … moving down …": both sides
            fitting = {m.unit for m in ranked if m.fits}
            kept += [u for u in self._next(kept[0], article) if u in fitting]
            before = article.units[max(0, kept[0].place - 1) : kept[0].place]
            kept += [
                u
                for u in before
                if u in fitting and u.said.block == kept[0].said.block and u.said.kind == "prose"
            ]
        kept = self._for_them(kept)
        kept.sort(key=lambda u: u.place)
        while len(kept) > 1 and sum(len(u.text) for u in kept) > MAX_CHARS:
            kept.remove(max((u for u in kept if u is not found.unit), key=lambda u: u.place))
        return kept

    @staticmethod
    def _leaned_on(unit: Unit, ask: Ask) -> int:
        return sum(bool(met(w, unit.said.stems)) for w in ask.leans)

    def _may_add(self, ask: Ask, article: Article, other: Match) -> bool:
        """Whether a further sentence is an answer of the same kind."""
        is_of_kind = self.ranking.is_of_kind(ask, article, other.unit)
        return is_of_kind and (other.fits or not ask.is_typed)

    def _for_them(self, kept: Sequence[Unit]) -> list[Unit]:
        """Without rows on products that are none of theirs, where other rows answer."""
        rows = [u for u in kept if u.said.cell and not u.said.cell.is_column]
        fitting = self.ranking.rows.for_anybody(rows)
        return [u for u in kept if u not in rows or u in fitting] if fitting else list(kept)

    @staticmethod
    def _is_by_heading(ask: Ask, found: Match) -> bool:
        """Whether a sentence was found for its heading rather than for itself."""
        said = found.unit.said
        if ask.is_bare:
            return any(met(w, said.heading) for w in ask.leans) and said.stems.isdisjoint(ask.leans)
        direct = found.share - found.by_heading
        mostly = found.by_heading > 0.5 and found.by_heading > 0.6 * found.share
        return mostly or (found.under >= BY_HEADING and direct < found.under)

    def _section(self, unit: Unit, article: Article, ranked: Container[Unit]) -> list[Unit]:
        """What stands first under a heading that says what is asked."""
        under = [
            u
            for u in article.units
            if u.said.heading == unit.said.heading and u.said.block == unit.said.block
            if u.said.cell is None or u in ranked
        ]
        return [u for u in under if not self.ranking.out.is_out(u) and not u.text.endswith(":")][
            :PER_ASK
        ]

    def _with_what_it_leans_on(self, unit: Unit, article: Article) -> list[Unit]:
        """A sentence that begins with "It …" comes with the one before it."""
        kept = [unit]
        while len(kept) < PER_ASK and kept[0].place > 0 and _leans(kept[0].text):
            before = article.units[kept[0].place - 1]
            same = before.said.line == kept[0].said.line or (
                before.said.block == kept[0].said.block and kept[0].said.kind == "prose"
            )
            if not same or self.ranking.out.is_out(before):
                break
            kept.insert(0, before)
        return kept

    def _next(self, unit: Unit, article: Article) -> list[Unit]:
        """The sentence after: one names the matter, the next says what to do."""
        room = PARAGRAPH - len(unit.text)
        found: list[Unit] = []
        for after in article.units[unit.place + 1 : unit.place + PER_ASK]:
            room -= len(after.text)
            same = after.said.block == unit.said.block and after.said.kind == unit.said.kind
            if unit.said.is_denied or unit.said.case:  # the next item is another thing
                same = after.said.line == unit.said.line
            if not same or room < 0 or unit.said.kind == "row" or after.text.endswith(":"):
                break
            if not self.ranking.out.is_out(after):
                found.append(after)
        return found if unit.said.kind == "prose" else found[:1]


def _leans(text: str) -> bool:
    """Whether a sentence says nothing without the one before: "It …", "… does not either"."""
    return bool(LEANING.match(text) or _EITHER.search(text))


def _names_it(ask: Ask, article: Article) -> bool:
    """Whether an article's title says what is asked about, in more than a code."""
    own = (w for w, weight in ask.words.items() if weight >= 1.0 and not is_code(w))
    return any(met(word, article.title) for word in own)
