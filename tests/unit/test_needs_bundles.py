"""The cheapest bundle that truly suffices, and what stands in its way."""

from __future__ import annotations

from typing import Any

import pytest

from copilot.domain import every
from copilot.needs import Assessment
from tests.need_cases import assess, product, visible

BIG = ("customer", "I need 450 labels for the LP20.")


def labels(sku: str, amount: int, price: float | None, **more: Any) -> dict[str, Any]:
    return product(sku, f"Labels {amount}", price, f"{amount} labels", **more)


def taken(answer: Assessment) -> tuple[str, ...]:
    return answer.flags[0].recommended if answer.flags else ()


def test_several_small_ones_beat_a_dear_large_one() -> None:
    answer = assess(BIG, catalogue=[labels("S", 250, 9), labels("L", 1000, 30)])
    assert taken(answer) == ("S", "S")
    assert answer.flags[0].total_price == 18


def test_the_recommendation_follows_the_price() -> None:
    answer = assess(BIG, catalogue=[labels("S", 250, 9), labels("L", 1000, 12)])
    assert taken(answer) == ("L",)
    assert {(o.skus, o.why_not) for o in answer.flags[0].rejected_options} == {
        (("S",), "insufficient")
    }


@pytest.mark.parametrize(
    ("requires", "why"),
    [("cover plan", "incompatible"), ("over 18s only", "not_eligible")],
)
def test_who_may_not_have_it_is_told_apart_from_what_does_not_fit(requires: str, why: str) -> None:
    catalogue = [labels("S", 500, 9), labels("X", 1000, 8, requires=requires)]
    (flag,) = assess(BIG, catalogue=catalogue).flags
    assert [(o.skus, o.why_not) for o in flag.rejected_options] == [(("X",), why)]


def test_each_constraint_is_met_by_a_cited_fact() -> None:
    (flag,) = assess(BIG, catalogue=[labels("S", 500, 9)]).flags
    assert [(s.source, "500 labels" in s.met_by) for s in flag.sufficiency] == [("S", True)]


def test_monthly_prices_count_for_a_year() -> None:
    once = labels("ONCE", 500, 50)
    monthly = labels("MONTHLY", 500, 5, period="month")
    assert taken(assess(BIG, catalogue=[once, monthly])) == ("ONCE",)


@pytest.mark.parametrize(
    ("period", "cheaper"),
    [("week", "MONTHLY"), ("quarter", "OTHER"), ("year", "OTHER"), ("once", "OTHER")],
)
def test_prices_of_other_periods_are_compared_over_the_same_year(period: str, cheaper: str) -> None:
    other = labels("OTHER", 500, 10, period=period)  # 520, 40, 10 and 10 a year
    monthly = labels("MONTHLY", 500, 5, period="month")  # 60 a year
    (flag,) = assess(BIG, catalogue=[other, monthly]).flags
    assert flag.recommended == (cheaper,)
    told = "€5 a month" if cheaper == "MONTHLY" else f"€10 {every(period) or period}"
    assert told in flag.trade_offs


@pytest.mark.parametrize(
    ("price", "period", "met"),
    [(5, "week", False), (2, "week", True), (29, "quarter", True), (31, "quarter", False),
     (130, "year", False)],
)  # fmt: skip
def test_a_budget_a_month_is_held_against_a_months_worth(
    price: float, period: str, met: bool
) -> None:
    wish = ("customer", "I need 400 labels a month, and at most 10 EUR a month.")
    found = assess(wish, catalogue=[labels("OTHER", 500, price, period=period)])
    assert bool([flag for flag in found.flags if flag.recommended == ("OTHER",)]) is met


def test_sizes_do_not_add_up() -> None:
    small = product("S", "Table cover 120", 10, "cover for tables up to 120 cm")
    large = product("L", "Table cover 200", 90, "cover for tables up to 200 cm")
    wish = ("customer", "I'd like a cover for a table of 180 cm.")
    assert taken(assess(wish, catalogue=[small, large])) == ("L",)


def test_more_is_counted_on_top_of_what_is_owned() -> None:
    own = [{"id": "E1", "name": "Plan", "includes": ["5 users"], "since": None}]
    total = product("T8", "Team of 8", 30, "8 users", period="month")
    one = product("ONE", "One more user", 9, "1 user more", period="month")
    wish = ("customer", "We need 2 more users.")
    assert taken(assess(wish, entitlements=own, catalogue=[total, one])) == ("ONE", "ONE")


def test_what_is_required_and_lacking_is_added_and_paid() -> None:
    arm = product("ARM", "Lamp arm", 10, "arm")
    lamp = product("LAMP", "Reading lamp", 40, "lamp", requires="ARM")
    wish = ("customer", "I'd like a reading lamp.")
    assert sorted(taken(assess(wish, catalogue=[lamp, arm]))) == ["ARM", "LAMP"]
    owned = [{"id": "E1", "name": "Lamp arm", "includes": [], "since": None}]
    assert taken(assess(wish, catalogue=[lamp, arm], entitlements=owned)) == ("LAMP",)


def test_products_that_require_each_other_are_sold_together_and_nothing_hangs() -> None:
    a = product("A", "Reading lamp", 40, "lamp", requires="B")
    b = product("B", "Dimmer", 10, "dimmer", requires="A")
    assert sorted(taken(assess(catalogue=[a, b]))) == ["A", "B"]


def test_a_requirement_met_by_a_fact_on_file_passes_and_one_broken_blocks() -> None:
    cover = product("COV", "Boiler cover", 14, "boiler repairs", requires="boiler under 12 years")
    wish = ("customer", "I'd like a boiler cover.")
    assert visible(assess(wish, catalogue=[cover], facts=["boiler 9 years old"]))
    (old,) = assess(wish, catalogue=[cover], facts=["boiler 15 years old"]).flags
    assert (old.disposition, old.recommended) == ("log_blocked", ())


def test_an_unknown_requirement_is_asked_and_not_assumed() -> None:
    cover = product("COV", "Boiler cover", 14, "boiler repairs", requires="boiler under 12 years")
    answer = assess(("customer", "I'd like a boiler cover."), catalogue=[cover])
    assert answer.flags == ()
    assert answer.question is not None
    assert answer.question.slot == "compatibility"


def test_an_age_is_compared_with_the_person_it_is_for() -> None:
    teen = product("TEEN", "Teen account", 0, "account with a card", requires="age 13")
    wish = "I'd like to open an account with a card for my daughter, she's {}."
    assert visible(assess(("customer", wish.format("fourteen")), catalogue=[teen]))
    (early,) = assess(("customer", wish.format("twelve")), catalogue=[teen]).flags
    assert (early.disposition, early.need_type) == ("log_blocked", "blocked")


def test_a_product_that_is_planned_is_not_promised() -> None:
    answer = assess(catalogue=[product("LAMP", "Reading lamp", 40, "lamp", status="roadmap")])
    (flag,) = answer.flags
    assert flag.disposition == "log_blocked"
    assert "roadmap" in answer.inform[0].text


def test_a_product_whose_season_is_over_is_not_offered() -> None:
    past = product("LAMP", "Reading lamp", 40, "lamp", valid_to="2026-01-01")
    assert not visible(assess(catalogue=[past]))


def test_without_a_price_nothing_is_recommended() -> None:
    answer = assess(catalogue=[product("LAMP", "Reading lamp", None, "lamp")])
    assert answer.flags == ()
    assert "no price on file" in answer.audit.rejected[0].reason


def test_a_product_without_a_price_does_not_win_over_one_with() -> None:
    unpriced = product("FREE", "Reading lamp", None, "lamp")
    priced = product("PAID", "Reading lamp", 40, "lamp")
    assert taken(assess(catalogue=[unpriced, priced])) == ("PAID",)


def test_prices_in_different_currencies_are_not_compared() -> None:
    euro = [product(f"E{n}", "Reading lamp", 40 + n, "lamp") for n in (1, 2)]
    yen = product("YEN", "Reading lamp", 30, "lamp", currency="JPY")
    assert taken(assess(catalogue=[*euro, yen])) == ("E1",)


def test_prices_in_different_currencies_are_not_added_up() -> None:
    """A total of euros and yen is no price: what requires the other is not offered."""
    foot = product("FOOT", "Lamp foot", 500, "foot", currency="JPY")
    screw = product("SCREW", "Screw", 1, "screw", requires="FOOT")
    lamp = product("LAMP", "Reading lamp", 10, "lamp", requires="FOOT")
    far = product("LAMP", "Reading lamp", 10, "lamp", requires="SCREW")
    for catalogue in ([lamp, foot], [far, screw, foot]):
        answer = assess(catalogue=catalogue)
        assert answer.flags == ()
        assert "FOOT, priced in another currency" in answer.audit.rejected[0].reason
    small = product("SMALL", "Small reading lamp", 10, "lamp", requires="FOOT")
    whole = product("WHOLE", "Large reading lamp", 60, "lamp")
    assert taken(assess(catalogue=[small, foot, whole])) == ("WHOLE",)


def test_a_required_part_in_the_same_currency_owned_or_given_away_adds_nothing_foreign() -> None:
    lamp = product("LAMP", "Reading lamp", 10, "lamp", requires="FOOT")
    foot = product("FOOT", "Lamp foot", 500, "foot", currency="JPY")
    owned = [{"id": "E1", "name": "Lamp foot", "includes": [], "since": None}]
    assert taken(assess(catalogue=[lamp, foot], entitlements=owned)) == ("LAMP",)
    free = product("FOOT", "Lamp foot", 0, "foot", currency="JPY")
    (flag,) = assess(catalogue=[lamp, free]).flags
    assert (sorted(flag.recommended), flag.total_price) == (["FOOT", "LAMP"], 10)


def test_a_budget_is_kept() -> None:
    cheap = product("A", "Reading lamp small", 20, "lamp")
    dear = product("B", "Reading lamp bed", 60, "lamp for the bed")
    wish = ("customer", "I'd like a reading lamp for my bed, under 30 euros.")
    assert "B" not in taken(assess(wish, catalogue=[cheap, dear]))


def test_a_figure_that_fits_no_unit_is_asked_about() -> None:
    five = product("B5", "Battery 5", 2900, "battery, 5 kWh")
    ten = product("B10", "Battery 10", 4800, "battery, 10 kWh")
    wish = ("customer", "I'd like a battery for 12 lamps.")
    answer = assess(wish, catalogue=[five, ten])
    assert answer.flags == ()
    assert answer.question is not None
    assert answer.question.slot == "quantity"


POTS = [
    product("SELF-W", "Self-watering insert", 9, "reservoir that lasts two weeks"),
    product("POT-20", "20 cm terracotta pot", 7, "terracotta pot, 20 cm wide"),
    product("POT-30", "30 cm terracotta pot", 12, "terracotta pot, 30 cm wide"),
    product("SOIL", "Potting soil", 6, "peat-free soil"),
]


@pytest.mark.parametrize(
    ("said", "skus"),
    [
        ("I would like to buy the self-watering insert for my 20 cm terracotta pot.", ("SELF-W",)),
        ("For my 30 cm terracotta pot I'd like to order potting soil.", ("SOIL",)),
        ("I would like to order SELF-W for our terracotta pot.", ("SELF-W",)),
        ("I'd like to order a 20 cm terracotta pot for my fern.", ("POT-20",)),
        ("I'd like a terracotta pot for my office, 30 cm wide.", ("POT-30",)),
        ("I'd like to order a replacement for my 20 cm terracotta pot.", ("POT-20",)),
    ],
)
def test_what_they_have_is_not_what_they_ask_for(said: str, skus: tuple[str, ...]) -> None:
    (flag,) = assess(("customer", said), catalogue=POTS).flags
    assert flag.recommended == skus


def test_a_product_number_is_left_out_as_a_whole_word_only() -> None:
    word = "I would like to buy the self-watering insert."
    (flag,) = assess(("customer", word), catalogue=POTS).flags
    assert flag.need == word.rstrip(".")
    (flag,) = assess(("customer", "I would like to order SELF-W."), catalogue=POTS).flags
    assert flag.need == "I would like to order this"


def test_what_they_have_alone_is_no_reason_to_sell_it_again() -> None:
    """Nothing here waters a pot: the pot itself is no answer."""
    said = ("customer", "Do you have a watering can for my 20 cm terracotta pot?")
    flags = assess(said, catalogue=POTS[1:3]).flags
    assert all(not flag.recommended for flag in flags)


STICK = product("LTE-1", "Backup line", 6, "takes over when the line is off", period="month")
ROUTER = product("ROUTER-1", "Router R9", 90, "router with Wi-Fi")
BOTH = "Please order me the backup line and the Router R9."


def test_of_two_things_ordered_the_owned_one_is_struck_out_and_the_other_is_not() -> None:
    owned = {"id": "E1", "name": "Router R9", "sku": "ROUTER-1"}
    answer = assess(("customer", BOTH), catalogue=[STICK, ROUTER], entitlements=[owned])
    (flag,) = answer.flags
    assert (flag.recommended, flag.visible) == (("LTE-1",), True)
    assert [i.text for i in answer.inform] == ["Router R9 is already yours."]


def test_what_is_ordered_and_all_owned_is_not_sold_again() -> None:
    owned = [
        {"id": "E1", "name": "Router R9", "sku": "ROUTER-1"},
        {"id": "E2", "name": "Backup line", "sku": "LTE-1"},
    ]
    answer = assess(("customer", BOTH), catalogue=[STICK, ROUTER], entitlements=owned)
    assert answer.flags == ()
    assert answer.none_reason == "already_entitled"


@pytest.mark.parametrize(("said", "shown"), [(BOTH, True), ("I'd like a backup line.", False)])
def test_an_order_by_name_is_not_held_for_an_article_nearby(said: str, shown: bool) -> None:
    """What an article calls included may bear on a loose wish; an order names what it wants."""
    text = "# Backup\n\nThe signal check of the backup line is included in the app, at any time.\n"
    owned = {"id": "E1", "name": "Router R9", "sku": "ROUTER-1"}
    answer = assess(
        ("customer", said),
        catalogue=[STICK, ROUTER],
        knowledge=[{"id": "K", "text": text, "passage": True}],
        entitlements=[owned],
    )
    assert visible(answer) is shown
