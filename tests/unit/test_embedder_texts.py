"""The local embedder takes any text, in any company, from any number of callers."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from copilot.config import Settings
from copilot.embedder import LocalEmbedder, build_embedder, local
from copilot.embedder.seam import QueryCache
from copilot.embedder.session import QuickSession, Session
from copilot.embedder.tokens import MAX_CHARS, MAX_TOKENS, WordPieces
from copilot.errors import ConfigError


@pytest.fixture(scope="module")
def embedder() -> LocalEmbedder:
    built = build_embedder(Settings(_env_file=None))
    assert isinstance(built, LocalEmbedder)
    return built


def assert_same(found: np.ndarray, expected: np.ndarray) -> None:
    """Up to the order of float32 sums; one rounding grid for all texts of a run gives 0.997."""
    assert (found * expected).sum(axis=1).min() > 0.9999


def test_a_texts_vector_does_not_depend_on_its_neighbours(embedder: LocalEmbedder):
    texts = ["Where is my parcel?", "!!!!!", "0 0 0 0 0", "stop the contract now please"]
    assert {len(ids) for ids in WordPieces().ids(texts)} == {7}  # so that they share one run
    together = embedder.embed(texts)
    alone = np.concatenate([embedder.embed([text]) for text in texts])
    assert_same(together, alone)
    assert_same(together[:1], embedder.embed_query(texts[0])[None])


def test_similar_questions_are_near_and_others_far(embedder: LocalEmbedder):
    lost, missing, pizza = embedder.embed(
        ["My parcel never arrived", "The package has not been delivered", "I like pizza with basil"]
    )
    assert lost @ missing > 0.6 > 0.3 > lost @ pizza


def test_a_text_without_words_has_the_vector_of_nothing_said(embedder: LocalEmbedder):
    empty, blank, controls = embedder.embed(["", " \n\t", "\0\0\x07"])
    assert np.isclose(np.linalg.norm(empty), 1)
    np.testing.assert_array_equal(empty, blank)
    np.testing.assert_array_equal(empty, controls)


def test_nul_and_lone_surrogates_do_no_harm(embedder: LocalEmbedder):
    plain, hurt = embedder.embed(["my bill doubled", "my\0bill \udc80doubled\ud83d"])
    assert plain @ hurt > 0.99


def test_a_line_of_a_megabyte_is_cut_before_it_is_tokenised():
    words = WordPieces()
    assert words.ids(["word " * 200_000]) == words.ids(["word " * 300])
    assert [len(ids) for ids in words.ids(["a " * 10_000, "x" * 10**6])] == [MAX_TOKENS, 3]
    assert words.ids(["\n" * MAX_CHARS + "unseen"]) == words.ids([""])


def test_structure_tokens_in_a_text_are_text():
    assert WordPieces().ids(["[SEP]"])[0].count(102) == 1
    assert WordPieces().ids(["plain"])[0].count(102) == 1


def test_runs_hold_one_length_and_a_bounded_number_of_tokens():
    ids = [[1] * length for length in (5, 300, 5, 7, 5, *[9] * 100)]
    runs = list(local._runs(ids))
    assert sorted(i for run in runs for i in run) == list(range(len(ids)))
    for run in runs:
        assert len({len(ids[i]) for i in run}) == 1
        assert len(run) == 1 or sum(len(ids[i]) for i in run) <= local.RUN_TOKENS
    assert len(runs) == 3 + 4  # 9 tokens: 28 to a run


def test_progress_counts_every_text_duplicates_too(embedder: LocalEmbedder):
    told: list[int] = []
    embedder.embed(["a", "b b b", "a", "a", "c"], progress=told.append)
    assert sum(told) == 5


def test_a_progress_that_raises_ends_the_call_and_leaves_the_embedder_whole(
    embedder: LocalEmbedder,
):
    class StopHere(Exception):
        pass

    def stop(_: int) -> None:
        raise StopHere

    with pytest.raises(StopHere):
        embedder.embed([f"text {'x ' * i}" for i in range(50)], progress=stop)
    assert embedder.embed(["still here"]).shape == (1, 384)


def test_sixteen_callers_at_once_get_what_one_caller_gets(embedder: LocalEmbedder):
    texts = [f"Question {n}: where is order {n * n}?" for n in range(64)]
    alone = embedder.embed(texts)
    with ThreadPoolExecutor(16) as callers:
        found = list(callers.map(embedder.embed_query, texts))
        parts = list(callers.map(lambda n: embedder.embed(texts[n : n + 8]), range(0, 64, 8)))
    assert_same(np.array(found), alone)
    assert_same(np.concatenate(parts), alone)


class Counted:
    """A session that counts its runs; while it runs, it asks what it was given."""

    def __init__(self, session: Session, meanwhile: Callable[[], object] = lambda: None) -> None:
        self.session, self.meanwhile, self.runs = session, meanwhile, 0

    def run(self, ids: np.ndarray) -> np.ndarray:
        self.runs += 1
        self.meanwhile()
        return self.session.run(ids)


def test_a_lone_query_is_computed_by_several_threads_to_the_same_vector(embedder: LocalEmbedder):
    alone = True
    plain = Counted(embedder._session)
    models = Settings(_env_file=None).models_dir
    several = LocalEmbedder.load(models, threads=2, is_alone=lambda: alone)
    quick = several._quick
    assert isinstance(quick, QuickSession)
    assert quick.threads == 2
    counted = Counted(quick)
    several._quick, several._session = counted, plain
    asked = "Where is my order 4711?"
    assert_same(several.embed_query(asked)[None], embedder.embed([asked]))
    assert (counted.runs, plain.runs) == (1, 0)
    alone = False
    several.embed_query("And where is my refund?")
    assert (counted.runs, plain.runs) == (1, 1)


def test_a_query_beside_other_embedding_takes_one_thread(embedder: LocalEmbedder):
    models = Settings(_env_file=None).models_dir
    several = LocalEmbedder.load(models, threads=2, is_alone=lambda: True)
    assert several._quick is not None
    quick = Counted(several._quick)
    busy = Counted(several._session, lambda: busy.runs > 1 or several.embed_query("Meanwhile?"))
    several._quick, several._session = quick, busy
    several.embed(["A text of an import."])
    assert (quick.runs, busy.runs) == (0, 2)
    several.embed_query("Afterwards?")
    assert quick.runs == 1


def test_a_query_that_met_company_says_nothing_of_the_pace():
    is_alone = iter([True, True, True, False])  # before and after each of two queries
    models = Settings(_env_file=None).models_dir
    several = LocalEmbedder.load(models, threads=2, is_alone=lambda: next(is_alone))
    noted: list[int] = []
    several._pace.note = lambda **took: noted.append(took["tokens"])  # type: ignore[method-assign]
    several.embed_query("One?")
    several.embed_query("Two more words?")
    assert noted == [4]


@pytest.mark.parametrize("threads", [1, 2])
def test_a_second_session_is_opened_only_where_it_can_help(threads: int):
    models = Settings(_env_file=None).models_dir
    assert LocalEmbedder.load(models, threads=threads)._quick is None
    lone = LocalEmbedder.load(models, threads=threads, is_alone=lambda: True)
    assert (lone._quick is None) == (threads == 1)


def test_the_query_cache_forgets_the_longest_unused_and_shares_read_only():
    made: list[str] = []

    def make(text: str) -> np.ndarray:
        made.append(text)
        return np.zeros(2, np.float32)

    cache = QueryCache(size=2)
    for text in ("a", "b", "a", "c", "a", "b"):
        vector = cache.get(text, make)
    assert made == ["a", "b", "c", "b"]
    with pytest.raises(ValueError, match="read-only"):
        vector[0] = 1


def test_a_fault_is_not_remembered():
    def fail(_: str) -> np.ndarray:
        raise OSError

    cache = QueryCache()
    with pytest.raises(OSError):
        cache.get("a", fail)
    assert cache.get("a", lambda _: np.ones(1, np.float32)) == 1


@pytest.mark.parametrize(
    "wrong", [{"embeddings": "locale"}, {"quantise": "int4"}, {"embeddings": "openai:"}]
)
def test_a_setting_that_means_nothing_is_refused(wrong: dict[str, str]):
    with pytest.raises(ConfigError):
        build_embedder(Settings(_env_file=None, **wrong))


def test_importing_the_room_loads_no_engine():
    script = (
        "import sys, copilot.embedder\n"
        "print([m for m in ('onnx', 'onnxruntime', 'openai', 'torch') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
