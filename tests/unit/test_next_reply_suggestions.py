"""The next reply comes from the same step of past cases, in this customer's terms, or none."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from copilot.domain import Conversation, Interaction, Outcome, Turn
from copilot.errors import IndexBroken
from copilot.retriever.next_reply import (
    ReplyCandidate,
    ReplyModel,
    Verdict,
    Verdicted,
    examples_of,
    load,
    save,
    situation,
)
from ingest.chunker import chunk_interaction, embed_text
from tests.fakes import FakeEmbedder

NAMES = ("Ada", "Bela", "Carl", "Dora", "Emil", "Fay")
DAYS = ("Monday", "Tuesday", "Thursday", "Friday")
BOOK = (
    ("greet", "Hello, how can I help?"),
    ("ask_day", "On what day shall the technician come?"),
    ("ask_name", "May I have your name, please?"),
    ("confirm", "The technician will come on {day} at {hour} pm, {name}."),
    ("bye", "Thank you and goodbye."),
)
REFUND = (
    ("greet", "Hello, how can I help?"),
    ("ask_order", "Could you give me the order number?"),
    ("refunded", "Your refund for {order} is on its way."),
    ("bye", "Thank you and goodbye."),
)
EMBEDDER = FakeEmbedder()
SOLVED = Outcome(resolved=True)


def booking(n: int, *, labels: bool = True, outcome: Outcome = SOLVED) -> Interaction:
    draw = random.Random(n)
    day, name, hour = draw.choice(DAYS), draw.choice(NAMES), draw.randint(1, 9)
    said = ("hi", "my router needs a technician", f"{day} please", name, "thanks")
    replies = [(k, t.format(day=day, hour=hour, name=name)) for k, t in BOOK]
    return _interaction(f"booking-{n}", said, replies, labels=labels, outcome=outcome)


def refund(n: int, *, labels: bool = True, outcome: Outcome = SOLVED) -> Interaction:
    order = f"A-{70_000 + 7 * n}"
    said = ("hello", "I want my money back", f"it is {order}", "great")
    replies = [(k, t.format(order=order)) for k, t in REFUND]
    return _interaction(f"refund-{n}", said, replies, labels=labels, outcome=outcome)


def _interaction(
    source_id: str,
    said: Sequence[str],
    replies: Sequence[tuple[str, str]],
    *,
    labels: bool,
    outcome: Outcome,
) -> Interaction:
    turns: list[Turn] = []
    for words, (label, reply) in zip(said, replies, strict=True):
        turns += [Turn("customer", words), Turn("agent", reply, label=label if labels else None)]
    return Interaction(source_id, tuple(turns), outcome=outcome)


class Store:
    """The replies of some interactions by id, as a model fetches them."""

    def __init__(self, interactions: Sequence[Interaction]) -> None:
        places = [(i.source_id, n) for i in interactions for n in range(len(i.turns))]
        self.examples = examples_of(interactions, {p: n for n, p in enumerate(places)})
        self.texts = {e.chunk_id: e.reply for e in self.examples}

    def fetch(self, ids: Sequence[int]) -> dict[int, str]:
        return {i: self.texts[i] for i in ids if i in self.texts}


def conversation(*texts: str) -> Conversation:
    speakers = ("customer", "agent")
    return Conversation(tuple(Turn(speakers[i % 2], t) for i, t in enumerate(texts)))  # type: ignore[arg-type]


def suggest(
    model: ReplyModel, store: Store, asked: Conversation, k: int = 3
) -> list[ReplyCandidate]:
    vector = EMBEDDER.embed_query(situation(asked.turns))
    return model.suggest(asked, vector, store.fetch, k=k)


def many(*, labels: bool = True) -> list[Interaction]:
    return [make(n, labels=labels) for n in range(40) for make in (booking, refund)]


@pytest.fixture(scope="module")
def store() -> Store:
    return Store(many())


@pytest.fixture(scope="module")
def model(store: Store) -> ReplyModel:
    return ReplyModel.fit(store.examples, EMBEDDER)


AT_THE_NAME = conversation(
    "hi", "Hello, how can I help?", "my router needs a technician",
    "On what day shall the technician come?", "Friday please",
)  # fmt: skip
AT_THE_END = conversation(
    *(t.text for t in AT_THE_NAME.turns), "May I have your name, please?", "Zoe"
)


def test_the_step_of_the_case_decides_the_reply(model: ReplyModel, store: Store) -> None:
    assert suggest(model, store, AT_THE_NAME)[0].label == "ask_name"
    assert suggest(model, store, AT_THE_END)[0].label == "confirm"
    money = conversation("hello", "Hello, how can I help?", "I want my money back")
    assert suggest(model, store, money)[0].label == "ask_order"


def test_three_alternatives_differ_and_each_quotes_a_past_turn(
    model: ReplyModel, store: Store
) -> None:
    offered = suggest(model, store, AT_THE_NAME)
    assert len(offered) == 3
    assert len({c.text for c in offered}) == 3
    assert len({c.label for c in offered}) == 3
    quoted = {(e.source_id, e.turn): e.label for e in store.examples}
    assert all(quoted[c.source_id, c.turn] == c.label for c in offered)


def test_another_customers_values_become_placeholders(model: ReplyModel, store: Store) -> None:
    reply = suggest(model, store, AT_THE_END)[0].text
    assert reply == "The technician will come on Friday at [time], Zoe."


def test_a_value_the_customer_said_stays(model: ReplyModel, store: Store) -> None:
    asked = conversation(
        "hello", "Hello, how can I help?", "I want my money back",
        "Could you give me the order number?", "it is A-70021",
    )  # fmt: skip
    source = store.examples[0]
    assert source.chunk_id in store.texts
    texts = {c.text for c in suggest(model, store, asked)}
    assert texts & {
        "Your refund for A-70021 is on its way.",
        "Your refund for [number] is on its way.",
    }
    assert not any("A-7" in text and "A-70021" not in text for text in texts)


def test_a_deleted_reply_is_not_offered(model: ReplyModel, store: Store) -> None:
    before = suggest(model, store, AT_THE_NAME)[0]
    smaller = Store([])
    smaller.texts = {i: t for i, t in store.texts.items() if i != before.chunk_id}
    after = suggest(model, smaller, AT_THE_NAME)
    assert all(c.chunk_id != before.chunk_id for c in after)
    assert after[0].label == before.label
    assert suggest(model, Store([]), AT_THE_NAME) == []


def test_an_unsolved_case_is_never_offered_and_teaches_nothing() -> None:
    bad = [booking(n, outcome=Outcome(resolved=False)) for n in range(60)]
    again = [booking(n, outcome=Outcome(resolved=True, reopened=True)) for n in range(60, 90)]
    good = [refund(n) for n in range(60)]
    store = Store([*bad, *again, *good])
    model = ReplyModel.fit(store.examples, EMBEDDER)
    assert "ask_day" not in model.names
    assert "ask_order" in model.names


def test_notes_are_no_replies() -> None:
    noted = replace(
        booking(1),
        turns=(*booking(1).turns, Turn("agent", "customer was rude", visibility="internal")),
    )
    assert all("rude" not in e.reply for e in examples_of([noted]))


def test_without_labels_near_identical_replies_are_one_kind() -> None:
    store = Store(many(labels=False))
    model = ReplyModel.fit(store.examples, EMBEDDER)
    assert not model.by_label
    assert len(model.names) == 7  # the two greetings and the two goodbyes are one each
    assert suggest(model, store, AT_THE_NAME)[0].text == "May I have your name, please?"


def test_a_small_past_is_voted_on() -> None:
    store = Store([booking(n) for n in range(6)] + [refund(n) for n in range(6)])
    model = ReplyModel.fit(store.examples, EMBEDDER)
    assert model.softmax is None
    assert suggest(model, store, AT_THE_NAME)[0].label == "ask_name"


def test_no_past_gives_no_suggestion() -> None:
    model = ReplyModel.fit([], EMBEDDER)
    assert suggest(model, Store([]), AT_THE_NAME) == []


@pytest.mark.parametrize(
    "text", ["", "?", "🙂🙂🙂", "a" * 100_000, "納期はいつですか", '"* OR NEAR(']
)
def test_any_input_gets_a_sane_answer(model: ReplyModel, store: Store, text: str) -> None:
    assert len(suggest(model, store, conversation(text))) == 3


@pytest.mark.parametrize(("k", "n"), [(-1, 0), (0, 0), (1, 1), (10_000, 7)])
def test_as_many_as_asked_for_but_not_more_than_there_are(
    model: ReplyModel, store: Store, k: int, n: int
) -> None:
    assert len(suggest(model, store, AT_THE_NAME, k)) == n


def test_without_a_vector_the_words_decide(model: ReplyModel, store: Store) -> None:
    offered = model.suggest(AT_THE_NAME, None, store.fetch)
    assert offered[0].label == "ask_name"


def test_an_empty_conversation_is_answered(model: ReplyModel, store: Store) -> None:
    assert len(suggest(model, store, Conversation(()))) == 3


def _likelihood(store: Store, verdict: Verdict | None, times: int) -> float:
    source = next(e for e in store.examples if e.label == "refunded")
    verdicts = [
        Verdicted(AT_THE_NAME.turns, source.source_id, source.turn, verdict, f"c{n}")
        for n in range(times)
        if verdict
    ]
    model = ReplyModel.fit(store.examples, EMBEDDER, verdicts=verdicts)
    vector = EMBEDDER.embed_query(situation(AT_THE_NAME.turns))
    return dict(model.predict(AT_THE_NAME.turns, vector))["refunded"]


def test_acceptance_teaches_and_dismissal_unteaches(store: Store) -> None:
    plain = _likelihood(store, None, 0)
    accepted = _likelihood(store, "accepted", 40)
    assert accepted > 0.2 > plain
    assert plain < _likelihood(store, "edited", 40) < accepted
    assert _likelihood(store, "dismissed", 40) < plain


def test_a_verdict_on_a_reply_that_is_gone_is_ignored(store: Store) -> None:
    gone = Verdicted(AT_THE_NAME.turns, "elsewhere", 3, "accepted")
    model = ReplyModel.fit(store.examples, EMBEDDER, verdicts=[gone])
    assert model.n_examples == len(store.examples)


def test_a_saved_model_answers_the_same(model: ReplyModel, store: Store, tmp_path: Path) -> None:
    save(model, tmp_path / "replies.npz", tenant="acme")
    loaded = load(tmp_path / "replies.npz", tenant="acme", embedder_name=EMBEDDER.name)
    assert suggest(loaded, store, AT_THE_END) == suggest(model, store, AT_THE_END)


def test_a_model_serves_only_its_tenant_and_embedder(model: ReplyModel, tmp_path: Path) -> None:
    path = tmp_path / "replies.npz"
    save(model, path, tenant="acme")
    with pytest.raises(IndexBroken, match="tenant"):
        load(path, tenant="other", embedder_name=EMBEDDER.name)
    with pytest.raises(IndexBroken, match="embedder"):
        load(path, tenant="acme", embedder_name="another")


def test_a_damaged_model_is_refused(model: ReplyModel, tmp_path: Path) -> None:
    path = tmp_path / "replies.npz"
    save(model, path, tenant="acme")
    path.write_bytes(path.read_bytes()[:-500])
    with pytest.raises(IndexBroken, match="train-ranker"):
        load(path, tenant="acme", embedder_name=EMBEDDER.name)
    with pytest.raises(IndexBroken):
        load(tmp_path / "absent.npz", tenant="acme", embedder_name=EMBEDDER.name)


def test_a_file_of_pickled_objects_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "replies.npz"
    np.savez(path, header=np.array([{"version": 1}], dtype=object))
    with pytest.raises(IndexBroken):
        load(path, tenant="acme", embedder_name=EMBEDDER.name)


def test_a_saved_model_holds_no_words_of_customers(tmp_path: Path) -> None:
    interactions = [
        replace(i, turns=(Turn("customer", "zanzibarian trouble"), *i.turns)) for i in many()
    ]
    model = ReplyModel.fit(Store(interactions).examples, EMBEDDER)
    save(model, tmp_path / "replies.npz", tenant="acme")
    content = (tmp_path / "replies.npz").read_bytes()
    assert b"ask_name" in content  # labels are in plain text, so the search below means something
    assert b"zanzibarian" not in content


def test_training_twice_gives_the_same_model(store: Store) -> None:
    one, two = (ReplyModel.fit(store.examples, EMBEDDER) for _ in range(2))
    assert one.softmax is not None
    assert two.softmax is not None
    assert np.array_equal(one.softmax.sparse, two.softmax.sparse)


def test_the_situation_is_what_ingest_embeds() -> None:
    long = booking(3).turns + refund(4).turns + (Turn("system", "x"), Turn("agent", "done"))
    noted = (*long[:3], Turn("agent", "a note", visibility="internal"), *long[3:])
    wordy = (Turn("customer", "word " * 400), *noted)
    for turns in (long, noted, wordy):
        interaction = Interaction("i", turns, subject="router")
        for chunk in chunk_interaction(interaction)[1:]:
            assert chunk.turn is not None
            assert situation(turns[: chunk.turn], "router") == embed_text(chunk, "")
