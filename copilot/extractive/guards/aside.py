"""Guards on the matter: a sentence of another matter that shares words with the question is none.

What a customer gets when we failed is not what they owe when they did; "there is no fee" is not
said to who was charged one; what is asked by a title's own word is not answered under another.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from copilot.extractive.fitting.kinds import Tried
from copilot.extractive.fitting.matching import Article, Unit, met, shapes_of
from copilot.extractive.hearing.asking import Ask, is_measure
from copilot.extractive.language.amounts import sums_in
from copilot.extractive.language.words import stems
from copilot.facing import facing

_MANY = 3  # words that a question leans on: one of them alone is met by chance
HANDOVER = "handover"

# What we did not do, or did wrong.
_FAILED = re.compile(
    r"\b(?:nobody|no[ -]?one) (?:\w+ )?(?:came|come|(?:was )?here|turned up|showed up|called"
    r"|rang|arrived)\b"
    r"|\b(?:did(?:n['’]?t| not)|never|has(?:n['’]?t| not)|have(?:n['’]?t| not)) (?:\w+ )?"
    r"(?:come|came|arrived?|turn(?:ed)? up|show(?:ed)? up|appear(?:ed)?|be(?:en)? delivered)\b"
    r"|\bmissed (?:the|our|my|your|his|their|a) (?:\w+ )?(?:visits?|appointments?|slots?|windows?"
    r"|class(?:es)?|collections?|deliver(?:y|ies))\b|\byou (?:\w+ )?(?:forgot|missed|failed)\b"
    r"|\b(?:came|arrived|delivered|was|were|is) (?:\w+ )?(?:hours?|days?|weeks?) late\b"
    r"|\byou (?:\w+ )?(?:sent|delivered|gave|charged) (?:me |us )?(?:the |a )?wrong\b",
    re.IGNORECASE,
)
_WHAT_DUE = re.compile(
    r"\bwhat (?:do|will|would|can|should) (?:i|we) get\b|\bwhat(?:['’]s| is| am| are) (?:i "
    r"|we )?(?:due|owed)"
    r"|\b(?:compensat\w+|credit|refund|goodwill|money back)\b|\bwant (?:my|our|the) (?:money"
    r"|[£$€]? ?\d)"
    r"|\b(?:am|are) (?:i|we) (?:due|entitled|owed)\b|\bdo (?:i|we) get (?:anything|something"
    r"|any)\b",
    re.IGNORECASE,
)
_OWED = re.compile(
    r"\byou(?:['’]ll| will)? (?:also )?(?:get|receive)\b|\bcredit\w*\b|\brefund\w*|\bcompensat\w+"
    r"|\bwe (?:\w+ )?(?:pay|refund|credit)\b|\bmoney back\b|\bpaid back\b",
    re.IGNORECASE,
)
_DUE = frozenset(stems("credit refund compensation"))
_OURS = frozenset(stems("missed miss late delay failed wrong"))
_WE_FAILED = re.compile(
    r"\b(?:miss(?:es|ed)?|late|delay\w*|fails?|wrong|(?:do|does|did)(?:n['’]t| not) (?:come"
    r"|arrive|keep))\b",
    re.IGNORECASE,
)
_THEY_OWE = re.compile(
    r"\b(?:it|this|that|a \w+|each|change|changing|cancell?\w*|moving) costs? [£$€]?\d"
    r"|costs? [£$€] ?\d"
    r"|\byou (?:pay|are charged|owe)\b|\bwe charge\b|\b(?:fee|charge) of [£$€]|\bfree (?:until"
    r"|up to|if)\b",
    re.IGNORECASE,
)
_NO_FEE = re.compile(
    r"\b(?:no|without (?:an? |any )?) ?(?:\w+ )?(?:fee|charge|cost)s?\b|\bfree\b"
    r"|\bcosts? nothing\b",
    re.IGNORECASE,
)
_CASE = re.compile(r"\b(?:if|when|once|after) (?:i|we|somebody|someone) ([^,.;?!]+)", re.IGNORECASE)
_WHEN_COMES = re.compile(
    r"\b(?:when|how soon|what time|what day) (?:will|do|does|can|could|is|are|would"
    r"|may) (?:some(?:body|one)"
    r"|any(?:body|one)|you|he|she|they|(?:your|the|an?|our) (?:\w+ )?(?:engineer|technician|fitter"
    r"|man|guy|driver|plumber|electrician|mechanic|visitor|team|courier|crew|van)s?)\b[^?]{0,40}"
    r"\b(?:come|coming|be (?:here|there|with us)|arrive|arriving|visit|turn up|show up|call)\b",
    re.IGNORECASE,
)
_LASTS = re.compile(
    r"\b(?:takes?|lasts?|needs?) (?:about |around |up to |some )?\d+", re.IGNORECASE
)
_COMES = re.compile(
    r"\b(?:com(?:es?|ing)(?! back)|visits?|engineers?|technicians?|fitters?|arriv\w+"
    r"|appointments?|slots?"
    r"|seen to|deliver\w*|dispatch\w*|couriers?|call(?:s|ed)? back|collect\w*)\b",
    re.IGNORECASE,
)
_COMING = frozenset(stems("visit engineer technician appointment delivery collection response"))
_DO_IT = re.compile(
    r"\b(?:can|could|will|would) you (?:please |finally |just |now )*do (?:it|that|this|so)\b", re.I
)
_ENDS = re.compile(
    r"\b(?:cancel\w*|end (?:it|the|my|our)|terminat\w*|give notice)\b", re.IGNORECASE
)
_HANDS_OVER = re.compile(
    r"\b(?:holder|transfer\w*|tak\w+ (?:\w+ ){0,3}over|hand\w* (?:\w+ ){0,2}over|new owner"
    r"|assign\w*"
    r"|another person|somebody else|someone else|(?:new|change of) name)\b",
    re.IGNORECASE,
)
_AREA = re.compile(
    r"\b(?i:within|in|inside|area(?: is|:)|we (?:serve|cover)) [^.]{0,60}?"
    r"(?:[A-ZÀ-Þ][\wÀ-ÿ-]+(?:, (?:and )?| and )){1,}[A-ZÀ-Þ][\wÀ-ÿ-]+"
)
_OUTSIDE = re.compile(r"^(?:outside|beyond|if [^,.]{0,50}\boutside)\b", re.IGNORECASE)
_PLACE = re.compile(r"\b(?:to|in|into|near|for) ([A-ZÀ-Þ][a-zà-ÿ-]{2,})\b")
_DATES = re.compile(
    r"^(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|Mon|Tue|Wed|Thu|Fri|Sat|Sun|Christmas"
    r"|Easter)"
)


def is_on_the_matter(tried: Tried) -> bool:
    """Whether a sentence is on what is asked about, and not on what only shares its words."""
    return all(guard(tried) for guard in _GUARDS)


def is_under_its_title(tried: Tried) -> bool:
    """Where a title names what is asked for, nothing that stands under others without a word of it.

    Of a title that is found before it and nearer, whose article speaks of most that is asked; a
    heading counts as much as a title.
    """
    ask, article = tried.ask, tried.article
    own = {w for w, worth in ask.words.items() if worth >= 1.0 and not is_measure(w)}
    if not ask.is_typed or not own or article.is_product or own & article.title:
        return True
    if own & tried.unit.said.heading:
        return True
    first = (a for a in tried.articles if a.hit.rank < article.hit.rank and not a.is_product)
    named = (a for a in first if own & a.title and a.hit.score >= article.hit.score)
    return not any(sum(bool(met(w, a.vocabulary)) for w in own) > len(own) / 2 for a in named)


def is_theirs_to_get(tried: Tried) -> bool:
    """A credit, and not a fee of theirs, for who asks what they get since we failed."""
    message = tried.message
    if not _FAILED.search(message) or not _WHAT_DUE.search(message):
        return True
    if tried.ask.sort not in ("what", "cost", "problem", "request", "how"):
        return True
    if any(_pays_for_failing(u, a) for a in tried.articles for u in a.units):
        return _is_owed(tried.unit, tried.article)
    return not _THEY_OWE.search(tried.unit.text)


def _is_owed(unit: Unit, article: Article) -> bool:
    """Whether a sentence tells of money that comes to them, by itself or by what it is under."""
    is_under = not _DUE.isdisjoint(unit.said.heading | article.title)
    return is_under or bool(_OWED.search(unit.text))


def _pays_for_failing(unit: Unit, article: Article) -> bool:
    """Whether a sentence says what we give when we failed."""
    if not _is_owed(unit, article):
        return False
    return bool(_WE_FAILED.search(unit.text)) or not _OURS.isdisjoint(unit.said.heading)


def is_of_their_sum(tried: Tried) -> bool:
    """Not "there is no fee" to who names the sum that they were charged, where a row says it."""
    sums = sums_in(tried.message)
    if not sums or not _NO_FEE.search(tried.unit.text) or sums & sums_in(tried.unit.text):
        return True
    same = (u for u in tried.article.units if u.said.block == tried.unit.said.block)
    return not any(sums & sums_in(u.text) for u in same)


def is_on_enough(tried: Tried) -> bool:
    """Of "it fell on the stairs and is dead. What will this cost?", not the one word of many.

    Only where another amount is told of more of what they said.
    """
    ask = tried.ask
    if ask.sort != "cost" or not (ask.is_bare and ask.refers):
        return True
    known = [w for w in ask.leans if any(met(w, a.vocabulary) for a in tried.articles)]
    if len(known) < _MANY or _spoken(tried.unit, tried.article, known) > 1:
        return True
    return not any(
        "cost" in shapes_of(u.text) and len(u.said.stems.intersection(known)) > 1
        for a in tried.articles
        for u in a.units
    )


def _spoken(unit: Unit, article: Article, words: Iterable[str]) -> int:
    said = unit.said.stems | unit.said.heading | unit.said.beside | article.title
    return sum(bool(met(w, said)) for w in words)


def is_of_the_mishap(tried: Tried) -> bool:
    """Of "what does it cost when I drop it", the dropping; where any amount is told of that."""
    case = _CASE.search(tried.ask.text)
    if tried.ask.sort != "cost" or not case:
        return True
    verb = next(iter(stems(case.group(1))), "")
    if not verb or _spoken(tried.unit, tried.article, [verb]):
        return True
    return not any(
        "cost" in shapes_of(u.text) and met(verb, u.said.stems)
        for a in tried.articles
        for u in a.units
    )


def is_a_moment(tried: Tried) -> bool:
    """When somebody comes is not how long they then take."""
    if not _WHEN_COMES.search(tried.ask.text):
        return True
    said = tried.unit.said
    is_coming = _COMES.search(said.text) or not _COMING.isdisjoint(
        said.heading | tried.article.title
    )
    return bool(is_coming) and said.kind != "step" and not _LASTS.search(said.text)


def is_no_order_to_us(tried: Tried) -> bool:
    """ "Can you please do it now?" wants it done: where nothing says what, no sentence is told."""
    ask = tried.ask
    return not (ask.is_bare and ask.deed is None and _DO_IT.search(ask.text))


def is_of_the_handover(tried: Tried) -> bool:
    """Who hands a contract over is not told how one ends."""
    message = tried.message
    if not any(m.name == HANDOVER for m in facing((message,))) or _ENDS.search(message):
        return True
    if _HANDS_OVER.search(tried.unit.text):
        return True
    title = tried.article.hit.title
    return not _ENDS.search(tried.unit.text) and not _ENDS.search(title)


def is_for_the_handover(ask: Ask, unit: Unit, message: str) -> bool:
    """Whether a sentence is what an article says on handing over, for who asks what to do."""
    is_open = ask.is_broad or ask.is_bare or ask.sort in ("how", "problem", "request")
    if not is_open or not _HANDS_OVER.search(unit.text) or _ENDS.search(unit.text):
        return False
    return any(m.name == HANDOVER for m in facing((message,)))


def is_of_the_area(tried: Tried) -> bool:
    """For a place that is none of those listed, only what holds outside the area."""
    places = unlisted(tried.message, tried.article)
    return not places or _is_outside(tried.unit, tried.article.units)


def unlisted(message: str, article: Article) -> tuple[str, ...]:
    """Places somebody moves to that an article does not list, which says what holds elsewhere."""
    if not any(m.name == "moving" for m in facing((message,))):
        return ()
    said = [p for p in _PLACE.findall(message) if not _DATES.match(p)]
    units = article.units
    if not said or not any(_OUTSIDE.match(u.text) for u in units):
        return ()
    listed = " ".join(u.text for u in units if _AREA.search(u.text)).lower()
    return tuple(p for p in said if p.lower() not in listed) if listed else ()


def _is_outside(unit: Unit, units: Iterable[Unit]) -> bool:
    """Whether a sentence is on what lies outside, or goes on from one that is."""
    above = [u for u in units if u.said.block == unit.said.block and u.place <= unit.place]
    return any(_OUTSIDE.match(u.text) for u in above)


_GUARDS: tuple[Callable[[Tried], bool], ...] = (
    is_under_its_title,
    is_theirs_to_get,
    is_of_their_sum,
    is_on_enough,
    is_of_the_mishap,
    is_a_moment,
    is_no_order_to_us,
    is_of_the_handover,
    is_of_the_area,
)
