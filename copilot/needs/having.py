"""What the customer speaks of as theirs: "an insert for my 20 cm pot" asks for no pot."""

from __future__ import annotations

import re
from collections.abc import Sequence

from copilot.ledger.language import plain, stems
from copilot.needs.catalogue import Offering, amounts, is_generic, linked, subjects
from copilot.needs.eligibility import owns
from copilot.needs.proposal import Constraint
from copilot.needs.scene import Scene
from copilot.needs.sufficiency import SIZES

# Up to the end of the clause: "for my 30 cm pot I'd like some soil" asks for the soil, and
# "I've had your Fibre 100 put in and now I'd like the telephone" for the telephone.
_THEIRS = re.compile(
    r"\b(?:(?:for|with|to go with|to fit) (?:my|our|his|her|their)|(?<!can )(?<!could )(?<!may )"
    r"(?<!might )(?<!should )(?:i|we)(?:'ve| have)?(?: already| now| just| only)? (?:have|had|got|"
    r"own|bought|use)(?! to\b)(?: your| the| an?| my| our)?) (?P<thing>[^,.;:!?()]*?)"
    r"(?=[,.;:!?()]|$| (?:i|i'd|i'm|i'll|we|we'd|we'll|could|can|please|and|or|but|because|so|"
    r"that|which|who|when|if|to)\b)"
)
# "A quote for my car insurance", "another one for my lamp": here the thing itself is asked for.
_THE_THING_ITSELF = re.compile(r"\b(?:quot\w+|estimates?|renew\w*|extend\w*|extension|pay\w*)\b")


_SUM = r"(\d+(?:\.\d\d?)?)"
_MONEY = r"(?:pounds?|euros?|dollars?|quid|pence|p|gbp|eur|usd)"
_PRICED = re.compile(
    rf"\b(?:the|that|your) (?:[£$€] ?{_SUM}|{_SUM} ?{_MONEY})(?:(?: a| per|/) ?month)? "
    r"(?:one|plan|tariff|option|deal|package|version)\b"
    r"|\b(?:the|that) (?:one|plan|tariff|option|deal) (?:for|at|that costs) "
    rf"(?:[£$€] ?{_SUM}|{_SUM}(?= ?(?:{_MONEY}|a month|per month)))"
)
# "One more sensor for the base": the base, which they own, is what it is for.
_FOR_THE = re.compile(r"\b(?:for|to go with|to fit) (?:the|that) (?P<thing>[a-z-]+(?: [a-z-]+)?)")
_INSTEAD = re.compile(r"\b(?:instead of|rather than|in place of) [^,.;:!?]*")
_BESIDE = re.compile(r"\b(?:as well|too|also)\b")
_FIGURE = re.compile(r"\d+")


def theirs(scene: Scene, spoken: str, items: Sequence[Offering]) -> frozenset[str]:
    """The products whose whole name they give to a thing of their own, and do not ask for."""
    text = plain(spoken)
    beside = frozenset().union(*(stems(m["thing"]) for m in _FOR_THE.finditer(text)))
    found = {i.sku for i in items if i.head in beside and owns(scene, i)}
    things = " ".join(m["thing"] for m in _THEIRS.finditer(text))
    if not things:
        return frozenset(found)
    asked = asked_part(text)
    if _THE_THING_ITSELF.search(asked) or scene.reads("another", _BESIDE.sub(" ", asked)):
        return frozenset(found)
    had, wanted = subjects(things), subjects(asked)
    for item in items:
        name = {w for w in item.name_words if not w.startswith("~") and not is_generic(w)}
        sizes = set(_FIGURE.findall(item.product.name))  # "the 50 line" is no Line 100
        if name and name <= had and not name <= wanted and sizes <= set(_FIGURE.findall(things)):
            found.add(item.sku)
    return frozenset(found)


def asked_part(spoken: str) -> str:
    """The words without what is said of a thing of theirs, or of one they do without."""
    return _THEIRS.sub(" ", _INSTEAD.sub(" ", plain(spoken)))


def without_their_sizes(
    spoken: str, constraints: Sequence[Constraint], items: Sequence[Offering]
) -> list[Constraint]:
    """The size of what they have binds only where the thing asked for is made in sizes."""
    asked = asked_part(spoken)
    said = {(_measure(a.unit), a.value) for a in amounts(asked)}
    had = {(_measure(a.unit), a.value) for a in amounts(plain(spoken))} - said
    wanted = subjects(asked)
    nearest = max((len(linked(wanted, i)) for i in items), default=0)
    sized = [i for i in items if nearest and len(linked(wanted, i)) == nearest]
    return [
        c
        for c in constraints
        if c.kind != "quantity"
        or c.unit not in SIZES
        or (_measure(c.unit), c.amount) not in had
        or any(i.provides(c.unit) for i in sized)
    ]


def _measure(unit: str) -> str:
    """Without the side that is measured: "20 cm" may turn out to be a width."""
    return unit.partition(" ")[0]


def called_by_name(scene: Scene, text: str, constraints: Sequence[Constraint]) -> frozenset[str]:
    """The products a wish calls by their whole names, with no amount beyond what a name says."""
    called = scene.called(text)
    named = {a for i in scene.items if i.sku in called for a in amounts(i.product.name)}
    within = {(_measure(a.unit), a.value) for a in named}
    asked = (c for c in constraints if c.kind == "quantity")
    return frozenset() if any((_measure(c.unit), c.amount) not in within for c in asked) else called


def called_by_price(scene: Scene, text: str) -> frozenset[str]:
    """ "Put me on the £9 one": the one product on sale at that price that is not theirs yet.

    Of several, the one that takes the place of something they have; else it is not told which.
    """
    match = _PRICED.search(plain(text))
    if match is None:
        return frozenset()
    price = float(next(g for g in match.groups() if g))
    found = [i for i in scene.items if i.available and i.product.price == price]
    found = [i for i in found if not owns(scene, i)]
    if len(found) > 1:
        theirs = [i for i in scene.items if owns(scene, i)]
        skus = {i.sku for i in theirs}
        found = [
            i
            for i in found
            if skus & set(i.product.excludes) or any(i.head and i.head == o.head for o in theirs)
        ]
    return frozenset({found[0].sku}) if len(found) == 1 else frozenset()


def owned_of(scene: Scene, called: frozenset[str]) -> frozenset[str]:
    """Of several products asked for in one breath, those they own: the rest is still asked for."""
    owned = frozenset(i.sku for i in scene.items if i.sku in called and owns(scene, i))
    return owned if owned != called else frozenset()


def two_measures(said: Sequence[str]) -> bool:
    """Two measures of one unit, such as a length and a width: which is which takes a reader."""
    sizes = [a for text in said for a in amounts(text) if a.unit in SIZES]
    return any(a.unit == b.unit and a.value != b.value for a in sizes for b in sizes)


def in_their_words(text: str, items: Sequence[Offering]) -> str:
    """The need in the customer's words, with our product numbers left out."""
    said = " ".join(text.split()).rstrip(".!?")
    for item in items:
        if re.search(r"[\d_-]", item.sku):
            number = rf"(?<![\w-]){re.escape(item.sku)}(?![\w-])"
            said = re.sub(number, "this", said, flags=re.I)
    return said[:160]
