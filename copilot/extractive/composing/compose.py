"""Composes the reply: each open question gets its best supported sentences, in the order asked.

Nothing is generated: every factual sentence stands in a source. A question that no source answers
is named to the agent; when none is answered, the draft abstains.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from copilot.domain import Draft, Hit, Segment, Turn
from copilot.extractive.articles.timing import Tenure
from copilot.extractive.composing.confirming import Confirmed, agreement, confirmed, to_person
from copilot.extractive.composing.manners import (
    closing,
    greets,
    is_care,
    opening,
    parts,
    still_asked,
)
from copilot.extractive.finding.choosing import Answer, Chooser
from copilot.extractive.finding.ranking import Ranking
from copilot.extractive.fitting.matching import Article, Unit, article_of, is_code, met, rarity
from copilot.extractive.fitting.sentence import NEAR
from copilot.extractive.guards.addressing import to_customer
from copilot.extractive.guards.danger import peril
from copilot.extractive.guards.excluding import Excluding
from copilot.extractive.guards.hardship import HARDSHIP, help_first, is_titled_for_need
from copilot.extractive.guards.whose import Audience
from copilot.extractive.hearing.asking import Ask, Heard, hear, is_measure
from copilot.extractive.hearing.raising import raised
from copilot.extractive.hearing.sent import sent_in, unasked
from copilot.extractive.hearing.settling import (
    YES,
    agreed,
    agreed_beside,
    nothing_new,
    wants_person,
)
from copilot.extractive.language.amounts import counted_together
from copilot.extractive.language.words import stems
from copilot.extractive.records.products import Products
from copilot.extractive.records.record import Record
from copilot.extractive.worked import Desk, Worked, desk_of, work_out
from copilot.facing import MATTERS, Matter, facing

UNKNOWN = Tenure()
MAX_SENTENCES = 9
NOW, BEFORE, FACING = 0.15, 0.05, 0.4  # what words of the situation weigh beside the question's
STAFF = 0.2  # of an article's sentences
SUBSTANCE = 6  # words of meaning that a past reply must have to be quoted


def compose(
    turns: Sequence[Turn],
    hits: Sequence[Hit],
    *,
    whole: Sequence[Hit] = (),
    customer_name: str | None = None,
    channel: str = "chat",
    owned: Sequence[str] = (),
    products: Sequence[str] = (),
    facts: Sequence[Hit] = (),
    tenure: Tenure = UNKNOWN,
    record: Record | None = None,
) -> Draft:
    """Composes a draft from numbered hits.

    `turns` are the conversation. Hits are documents and solved cases in the order of their
    numbers; internal ones inform the gaps, never the reply. `whole` are the same hits with the
    passages around them. `owned` are names of what the customer has, `products` the catalogue's;
    `facts` are what it says of those the customer names, numbered after the hits; `tenure`
    says how long they have what they have. `record` is what is on file of them, from which facts
    are worked out; its sources are numbered after the products.
    """
    if (why := nothing_new(turns)) is not None:
        return Draft((), abstained=True, missing=(why,))
    spoken = still_asked([t for t in turns if t.visibility == "public" and t.text.strip()])
    record = record or Record(date.min)
    heard = hear(spoken, record.reminders)
    articles = _read(hits, whole, facts)
    sources = (*hits, *facts, *record.hits)
    ruled = [article_of(n, h, h) for n, h in enumerate(sources, 1) if h in record.rules]
    desk = desk_of(heard, record, [*articles, *ruled], sources)
    if (todo := agreed(spoken)) is not None:
        return Draft(agreement(desk, spoken), missing=(todo,))
    if spoken and (last_word := parts(heard.open_text, spoken)) is not None:
        return Draft((Segment(last_word.reply),), missing=(last_word.note,))
    worked = work_out(desk)
    asks = [ask for ask in heard.asks if ask not in worked.settled]
    found = _found(spoken, heard, articles, asks, worked, Around(owned, products, tenure, record))
    first = _first(desk, spoken, worked, is_answered=bool(found.told))
    is_named = not wants_person(heard.open_text)
    missing = (
        *found.alarm,
        *first.notes,
        *_internal_hint(articles, [*found.told, *worked.segments], heard),
        *_for_staff(articles),
        *worked.gaps,
        *(_gaps(found.answers, worked.partly) if is_named else ()),
    )
    body = dict.fromkeys([*first.segments, *worked.segments, *found.told, *found.last])
    last = closing(spoken, has_steps=found.has_steps, channel=channel)
    greeted = customer_name if greets(spoken, channel) else None
    if not heard.asks and heard.is_denial:
        rows = _of_their_number(articles, spoken)
        body |= dict.fromkeys(rows.segments)
        missing = (*missing, *rows.notes, *_read_on(articles))
    if heard.affirmed:
        missing = (*missing, f"they say yes to our “{heard.affirmed[:160]}”: go on from there")
    open_now = tuple(a.text for a in _unanswered(found.answers, worked.partly)) if is_named else ()
    draft = _draft([*body, *worked.last], missing, spoken, greeted, last)
    return replace(draft, unanswered=open_now or ((heard.open_text,) if draft.abstained else ()))


@dataclass(frozen=True, slots=True)
class Around:
    """What the customer has by name, what is sold, and since when they have what they have."""

    owned: Sequence[str]
    products: Sequence[str]
    tenure: Tenure
    record: Record


@dataclass(frozen=True, slots=True)
class _Found:
    """The sentences that were found for the open questions."""

    answers: Mapping[Ask, Answer | None]
    told: tuple[Segment, ...]
    last: tuple[Segment, ...] = ()
    alarm: tuple[str, ...] = ()  # a danger for which nothing is written

    @property
    def has_steps(self) -> bool:
        return any(answer.is_steps for answer in self.answers.values() if answer)


def _found(
    spoken: list[Turn],
    heard: Heard,
    articles: Sequence[Article],
    asks: Sequence[Ask],
    worked: Worked,
    around: Around,
) -> _Found:
    """Sentences of articles, and only where none answers, of past replies."""
    more, back = raised(spoken)
    asked = [w for ask in (*heard.asks, *heard.concerns, *more) for w in (*ask.words, *ask.leans)]
    said = " ".join(t.text for t in spoken)
    situation = _around(spoken, heard.now, heard.before)
    documents = [a for a in articles if a.hit.chunk.kind == "document"]
    rare = rarity(documents or articles, [*situation, *asked])
    known = frozenset(w for w in rare if any(met(w, a.vocabulary) for a in articles))
    public = [a for a in articles if _is_quotable(a)]

    def chooser(kind: str) -> Chooser:
        some = [a for a in public if a.hit.chunk.kind == kind]
        names = Products.of(around.products, around.owned, said)
        file = around.record
        whose = Audience(some, heard, file.segment, file.notes, names.owned)
        out = Excluding(some, heard, around.tenure, names.owned, whose)
        faced = _faced(some, spoken)
        matters = frozenset(w for m in _faced_now(spoken) for w in stems(m.name))
        hard = _hard(some) - faced
        return Chooser(
            Ranking(some, heard, out, rare, situation, known, faced, matters, names, hard)
        )

    of_articles = chooser("document")
    danger = peril(heard, public)
    if (
        more
        and not danger
        and (answered := {k: a for k, a in _answers(more, of_articles).items() if a})
    ):
        is_whole = len(answered) == len(more)
        each = [Answer(answer.units[:1]) for answer in answered.values()]
        return _Found(answered, _body(each), (Segment(back),) * is_whole)
    answers = _answers([ask for ask in asks if not (danger and danger.is_of(ask))], of_articles)
    if asks and not worked.segments and not danger and not any(answers.values()):
        answers = _answers(asks, chooser("interaction"))
    if danger:
        told = _body([Answer(danger.units), *answers.values()], sent_in(heard.said_text))
        return _Found(answers, told, alarm=danger.notes)
    beside = _beside(heard.concerns, answers, of_articles)
    given = [*answers.values(), *beside]
    ranking = of_articles.ranking
    units = [u for answer in given for u in (answer.units if answer else ())]
    helps = help_first(heard, units, ranking.articles, ranking.faced, ranking.out.is_out)
    if helps and not any(u.n in ranking.faced for u in units) and _tells_only(asks):
        given, answers = [], dict.fromkeys(asks, Answer(helps))
    sent = sent_in(heard.said_text)
    return _Found(answers, _body([Answer(helps), *given], sent))


def _tells_only(asks: Sequence[Ask]) -> bool:
    """Whether a message asks nothing outright."""
    return all(ask.sort == "problem" for ask in asks)


def _first(desk: Desk, spoken: Sequence[Turn], worked: Worked, *, is_answered: bool) -> Confirmed:
    """What comes before the answers: who is speaking, a yes, what is done for them."""
    person = to_person(desk.heard.open_text)
    if (todo := agreed_beside(spoken)) is not None:
        person = Confirmed((Segment(YES),), (todo,))
    done = confirmed(desk, worked, is_answered=is_answered)
    return Confirmed((*person.segments, *done.segments), (*person.notes, *done.notes))


def _draft(
    body: Sequence[Segment],
    missing: tuple[str, ...],
    spoken: list[Turn],
    greeted: str | None,
    last: str | None,
) -> Draft:
    """The answers between how a reply begins and ends; an abstention where there are none."""
    word = opening(spoken)
    if not body and not is_care(word):
        nothing = "what exactly the customer asks: nothing in the conversation points to a source"
        return Draft((), abstained=True, missing=missing or (nothing,))
    hello = f"Hello {greeted}," if greeted else None
    first, end = ([Segment(t) for t in some if t] for some in ((hello, word), (last,)))
    return Draft((*first, *body, *end), missing=missing)


def _read(hits: Sequence[Hit], whole: Sequence[Hit], facts: Sequence[Hit]) -> list[Article]:
    found = [article_of(n, hit, whole[n - 1] if whole else hit) for n, hit in enumerate(hits, 1)]
    return found + [
        replace(article_of(n, fact, fact), is_product=True)
        for n, fact in enumerate(facts, start=len(hits) + 1)
    ]


def _around(turns: Sequence[Turn], now: frozenset[str], before: frozenset[str]) -> dict[str, float]:
    """Words of the situation and what they weigh."""
    around = dict.fromkeys(before, BEFORE)
    around.update(dict.fromkeys(now, NOW))
    around = {word: weight for word, weight in around.items() if not is_measure(word)}
    for matter in _faced_now(turns):
        around.update(dict.fromkeys(stems(matter.words), FACING))
    return around


def _faced_now(turns: Sequence[Turn]) -> Sequence[Matter]:
    """What the last message speaks of, and what lasts from those before."""
    said = [t.text for t in turns if t.speaker in ("customer", "third_party")]
    return [m for m in facing(said) if m.lasts or m in facing(said[-1:])]


def _hard(articles: Sequence[Article]) -> frozenset[int]:
    """The articles for those who are in trouble: who is not, is not spoken to as if they were."""
    matters = [frozenset(stems(m.words)) for m in MATTERS if m.name == HARDSHIP]
    return frozenset(
        a.n
        for a in articles
        if (a.title and any(len(m & a.title) >= max(2, len(a.title) / 2) for m in matters))
        or is_titled_for_need(a)
    )


def _faced(articles: Sequence[Article], turns: Sequence[Turn]) -> frozenset[int]:
    """The articles whose title speaks of what the customer is facing; codes say which part."""
    matters = [frozenset(stems(matter.words)) for matter in _faced_now(turns)]
    titles = [(a.n, frozenset(w for w in a.title if not is_code(w))) for a in articles]
    found = (
        n for n, title in titles if any(len(m & title) >= max(1, len(title) / 3) for m in matters)
    )
    in_need = any(m.name == HARDSHIP for m in _faced_now(turns))
    return frozenset(found) | {a.n for a in articles if in_need and is_titled_for_need(a)}


def _is_quotable(article: Article) -> bool:
    """Public, and of a past reply only one that says something by itself."""
    if article.hit.visibility != "public" or not article.units:
        return False
    if article.hit.chunk.kind == "document":
        return True
    return len(frozenset().union(*(u.said.stems for u in article.units))) >= SUBSTANCE


def _answers(asks: Sequence[Ask], chooser: Chooser) -> dict[Ask, Answer | None]:
    used: list[Unit] = []
    found: dict[Ask, Answer | None] = {}
    for ask in asks:
        answer = chooser.answer(ask, used)
        found[ask] = answer
        used += answer.units if answer else ()
    return found


def _beside(
    concerns: Sequence[Ask], answers: Mapping[Ask, Answer | None], chooser: Chooser
) -> list[Answer]:
    """Answers to what is said beside the questions; at most one, and only where it is plain."""
    used = [u for answer in answers.values() if answer for u in answer.units]
    found = [a for concern in concerns if (a := chooser.also(concern, used))] if used else []
    return [a for a in found if not set(a.units) & set(used)][:1]


def _body(
    answers: Sequence[Answer | None], sent: frozenset[str] = frozenset()
) -> tuple[Segment, ...]:
    body: dict[Unit, Segment] = {}
    for answer in answers:
        for unit in answer.units if answer else ():
            text = unasked(unit.text, sent)
            if text and answer and (answer.is_steps or len(body) < MAX_SENTENCES):
                body.setdefault(unit, Segment(_as_sentence(text), (unit.n,)))
    return tuple(body.values())


def _internal_hint(
    articles: Sequence[Article], told: Sequence[Segment], heard: Heard
) -> tuple[str, ...]:
    """Names the internal source that leads, so that the agent reads it; it must be on the matter.

    By its title, or by half of what a question says.
    """
    internal = [a for a in articles if a.hit.visibility == "internal" and _is_on_it(a, heard)]
    best = max(internal, key=lambda a: a.hit.score, default=None)
    cited = {n for segment in told for n in segment.citations}
    top = max((a.hit.score for a in articles if a.n in cited), default=0.0)
    if best is None or best.hit.score < NEAR or top >= best.hit.score:
        return ()
    return (f"an internal source covers this, read it first: {best.hit.title}",)


def _is_on_it(article: Article, heard: Heard) -> bool:
    if any(met(word, article.title) for word in stems(heard.open_text)):
        return True
    known = [[met(w, article.vocabulary) for w in a.words if not is_measure(w)] for a in heard.asks]
    return any(sum(words) >= 0.5 * len(words) for words in known if words)


def _of_their_number(articles: Sequence[Article], spoken: Sequence[Turn]) -> Confirmed:
    """The row for all that they would then have, where our thought was not it: six, and three."""
    said = [t.text for t in spoken if t.speaker in ("customer", "third_party")]
    documents = (a for a in articles if a.hit.chunk.kind == "document" and _is_quotable(a))
    first = next(documents, None)
    ranges = [(u, u.said.span) for u in (first.units if first else ()) if u.said.span]
    for both in counted_together(said[-1], said[:-1]):
        told = [u for u, span in ranges if span.of == both.of and span.holds(both.total)]
        if told:
            note = f"counted together: {both.now:g} and {both.added:g}; check that it is so"
            return Confirmed(tuple(Segment(_as_sentence(u.text), (u.n,)) for u in told), (note,))
    return Confirmed()


def _read_on(articles: Sequence[Article]) -> tuple[str, ...]:
    """Where to read on when our own thought was not it: the first page is still the likeliest."""
    first = next((a for a in articles if a.hit.chunk.kind == "document"), None)
    where = f", read on in: {first.hit.title}" if first and first.hit.visibility == "public" else ""
    return (f"they say no to our question{where}",)


def _for_staff(articles: Sequence[Article]) -> tuple[str, ...]:
    """Names the first article where it tells our people what to do."""
    first = next((a for a in articles if a.hit.chunk.kind == "document"), None)
    if first is None or first.hit.visibility == "internal" or first.hit.score < NEAR:
        return ()
    for_staff = sum(to_customer(unit.text) is None for unit in first.units)
    if for_staff < max(2, STAFF * len(first.units)):
        return ()
    return (f"steps for you, not for the customer, are in: {first.hit.title}",)


def _gaps(answers: Mapping[Ask, Answer | None], partly: Container[Ask]) -> tuple[str, ...]:
    return tuple(
        f"no source answers: “{' '.join(ask.text.split())[:160]}”"
        for ask in _unanswered(answers, partly)
    )


def _unanswered(answers: Mapping[Ask, Answer | None], partly: Container[Ask]) -> Iterator[Ask]:
    return (ask for ask, answer in answers.items() if answer is None and ask not in partly)


def _as_sentence(text: str) -> str:
    text = to_customer(text) or text
    text = text[0].upper() + text[1:]
    return text if text[-1] in ".!?:;" else f"{text}."
