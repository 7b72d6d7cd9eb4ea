"""The embedded index has one owner, is never trusted after a torn write, and heals by itself."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from copilot.errors import IndexBroken, IndexLocked
from copilot.vectorstore import (
    NO_UPSERTS,
    ChromaStore,
    CollectionKey,
    ExactStore,
    TieredStore,
    probe,
)

GRAPH = ["data_level0.bin", "header.bin", "length.bin", "link_lists.bin", "index_metadata.pickle"]
ROOT = Path(__file__).resolve().parents[2]
KEY = CollectionKey("tenant", "document", "model")
GIVEN = np.random.default_rng(0).standard_normal((1_200, 16)).astype(np.float32)
SAMPLES = {KEY: (range(0, 1_200, 10), GIVEN[::10])}


def python(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A sound index of 1,200 vectors, closed; more than 1,000, so that a graph is on disk."""
    store = ChromaStore(tmp_path / "index")
    store.open({})
    store.apply(KEY, (range(1_200), GIVEN), [], seq=7)
    store.close()
    return tmp_path / "index"


@pytest.fixture
def reopened(folder: Path) -> Iterator[ChromaStore]:
    store = ChromaStore(folder)
    yield store
    store.close()


def test_twenty_kills_lose_no_vector() -> None:
    """Each is followed by two fresh openings; half of the kills are aimed at the graph's write."""
    command = [sys.executable, "-m", "tests.soak_index", "--kills", "20", "--quick"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    total = json.loads(done.stdout)
    assert done.returncode == 0, total
    assert total["kills"] == 20
    assert total["begun_anew"] > 0, "no kill hit a write: the soak tests nothing"


def test_an_index_whose_writer_was_killed_is_never_opened(folder: Path) -> None:
    code = """
import os, sys
from pathlib import Path
import numpy as np
from copilot.vectorstore import ChromaStore, CollectionKey
store = ChromaStore(Path(sys.argv[1]))
store.open({})
store._settle = lambda: os.kill(os.getpid(), 9)
store.apply(CollectionKey("tenant", "document", "model"), ([9999], np.ones((1, 16))), [], seq=8)
"""
    assert python(code, str(folder)).returncode == -signal.SIGKILL
    store = ChromaStore(folder)
    with pytest.raises(IndexBroken, match="ended in the middle"):
        store.open(SAMPLES)
    with pytest.raises(IndexBroken):
        store.query(KEY, GIVEN[0], 1)
    store.close()


def test_an_index_whose_owner_was_killed_at_rest_is_opened(folder: Path) -> None:
    code = """
import os, sys
from pathlib import Path
import numpy as np
from copilot.vectorstore import ChromaStore, CollectionKey
store = ChromaStore(Path(sys.argv[1]))
store.open({})
store.apply(CollectionKey("tenant", "document", "model"), ([9999], np.ones((1, 16))), [], seq=8)
os.kill(os.getpid(), 9)
"""
    assert python(code, str(folder)).returncode == -signal.SIGKILL
    store = ChromaStore(folder)
    store.open(SAMPLES)
    assert (store.seq(KEY), store.count(KEY)) == (8, 1_201)
    store.close()


def test_reading_changes_no_file_of_an_open_index(tmp_path: Path) -> None:
    """A young collection's graph files appear at the first read after a restart: in `open`."""
    for _ in range(3):
        store = ChromaStore(tmp_path)
        store.open({})
        if not store.keys():
            store.apply(KEY, (range(50), GIVEN[:50]), [], seq=1)
        before = {path: path.stat().st_mtime_ns for path in tmp_path.glob("gen-*/*/*")}
        assert store.query(KEY, GIVEN[7], 1)[0][0] == 7
        assert before == {path: path.stat().st_mtime_ns for path in tmp_path.glob("gen-*/*/*")}
        store.close()


@pytest.mark.parametrize("name", GRAPH)
def test_a_graph_file_that_changed_by_itself_is_never_opened(
    folder: Path, reopened: ChromaStore, name: str
) -> None:
    [damaged] = folder.glob(f"gen-*/*/{name}")
    content = bytearray(damaged.read_bytes() or b"0")
    content[len(content) // 2] ^= 1
    damaged.write_bytes(content)
    with pytest.raises(IndexBroken, match="not those that were written"):
        reopened.open(SAMPLES)


def test_what_crashes_or_loses_vectors_does_so_in_a_child(folder: Path) -> None:
    """Should a damage carry the right checksums, the child still finds it."""
    samples = {KEY.name: SAMPLES[KEY]}
    [generation] = folder.glob("gen-*")
    assert probe.fault(generation, samples) is None
    assert "sampled vectors" in str(probe.fault(generation, {KEY.name: (range(9), -GIVEN[:9])}))
    [data] = generation.glob("*/data_level0.bin")
    data.write_bytes(bytes(data.stat().st_size // 2))
    assert probe.fault(generation, samples)


def test_a_sound_index_passes_the_same_check(reopened: ChromaStore) -> None:
    reopened.open(SAMPLES)
    assert (reopened.seq(KEY), reopened.count(KEY)) == (7, 1_200)


def test_an_opening_that_hangs_is_ended(folder: Path) -> None:
    [generation] = folder.glob("gen-*")
    assert "did not answer" in str(probe.fault(generation, {}, timeout_s=0.05))


@pytest.mark.parametrize("content", ["", "{", '{"generation": "gen-1"}', '["gen-1"]'])
def test_an_unreadable_pointer_is_a_broken_index(
    folder: Path, reopened: ChromaStore, content: str
) -> None:
    (folder / "current.json").write_text(content)
    with pytest.raises(IndexBroken, match="pointer"):
        reopened.open({})


@pytest.mark.parametrize("named", ["gen-9", "../elsewhere", "."])
def test_a_pointer_to_no_generation_is_a_broken_index(
    folder: Path, reopened: ChromaStore, named: str
) -> None:
    pointer = json.loads((folder / "current.json").read_text()) | {"generation": named}
    (folder / "current.json").write_text(json.dumps(pointer))
    with pytest.raises(IndexBroken, match="missing"):
        reopened.open({})


def test_an_index_of_another_version_is_a_broken_index(folder: Path, reopened: ChromaStore) -> None:
    pointer = json.loads((folder / "current.json").read_text()) | {"format": "chroma 9.9, layout 1"}
    (folder / "current.json").write_text(json.dumps(pointer))
    with pytest.raises(IndexBroken, match=r"written by chroma 9\.9"):
        reopened.open({})


def test_a_broken_index_begins_anew_in_another_folder(folder: Path, reopened: ChromaStore) -> None:
    (folder / "writing").write_text("1")
    with pytest.raises(IndexBroken):
        reopened.open({})
    reopened.reset()
    assert [path.name for path in folder.glob("gen-*")] == ["gen-2"]
    assert (reopened.seq(KEY), reopened.keys()) == (None, [])
    reopened.apply(KEY, (range(1_200), GIVEN), [], seq=7)
    assert reopened.query(KEY, GIVEN[3], 1)[0][0] == 3


def test_a_generation_that_a_kill_left_over_is_removed(folder: Path, reopened: ChromaStore) -> None:
    (folder / "gen-7").mkdir()
    (folder / "gen-7" / "chroma.sqlite3").write_bytes(b"half")
    reopened.open({})
    assert [path.name for path in folder.glob("gen-*")] == ["gen-1"]


def test_a_second_process_is_refused_twenty_times_of_twenty(reopened: ChromaStore) -> None:
    code = """
import os, sys
from pathlib import Path
from copilot.errors import IndexLocked
from copilot.vectorstore import ChromaStore
for _ in range(20):
    child = os.fork()
    if not child:
        try:
            ChromaStore(Path(sys.argv[1]))
        except IndexLocked as exc:
            print(exc.detail, flush=True)
        os._exit(0)
    os.waitpid(child, 0)
"""
    reopened.open({})
    refusals = python(code, str(reopened._directory._path)).stdout.splitlines()
    assert len(refusals) == 20
    assert all(f"process {os.getpid()} holds" in line for line in refusals)
    assert all("stop that process, or use its API" in line for line in refusals)
    assert reopened.count(KEY) == 1_200


def test_a_second_store_of_the_same_process_is_refused_too(reopened: ChromaStore) -> None:
    with pytest.raises(IndexLocked):
        ChromaStore(reopened._directory._path)


def test_a_killed_owner_leaves_no_lock(folder: Path) -> None:
    code = """
import os, sys
from pathlib import Path
from copilot.vectorstore import ChromaStore
store = ChromaStore(Path(sys.argv[1]))
os.kill(os.getpid(), 9)
"""
    python(code, str(folder))
    ChromaStore(folder).close()


def test_an_empty_index_loads_no_chroma(tmp_path: Path) -> None:
    code = """
import sys
from pathlib import Path
import numpy as np
from copilot.vectorstore import ChromaStore, CollectionKey, ExactStore, TieredStore
store = TieredStore(ExactStore(), ChromaStore(Path(sys.argv[1])), threshold=100)
store.follow()
store.apply(CollectionKey("t", "k", "m"), (range(99), np.ones((99, 8))), [], seq=1)
store.close()
print("chromadb" in sys.modules)
"""
    assert python(code, str(tmp_path)).stdout.strip() == "False"


def test_erased_vectors_leave_no_byte_on_disk(folder: Path, reopened: ChromaStore) -> None:
    victim = np.linspace(0.1, 1.6, 16, dtype=np.float32)
    stored = victim / np.linalg.norm(victim)

    def hits() -> int:
        files = [path for path in folder.rglob("*") if path.is_file()]
        return sum(v.tobytes() in p.read_bytes() for p in files for v in (victim, stored))

    reopened.open({})
    reopened.apply(KEY, ([5_000], victim[None]), [], seq=8)
    reopened.apply(KEY, NO_UPSERTS, [5_000], seq=9)
    assert hits() > 0, "deleting leaves traces, which is why erasing is another thing"
    reopened.erase(KEY, [5_000])
    assert hits() == 0


class TestTiered:
    def start(self, folder: Path) -> TieredStore:
        return TieredStore(ExactStore(), ChromaStore(folder), threshold=100)

    def test_a_broken_index_heals_while_exact_search_answers(self, folder: Path) -> None:
        (folder / "writing").write_text("1")
        store = self.start(folder)
        store.apply(KEY, (range(1_200), GIVEN), [], seq=7)
        assert store.query(KEY, GIVEN[5], 1)[0][0] == 5
        assert not store.is_indexed(KEY)
        store.catch_up()
        assert store.is_indexed(KEY)
        assert all(store.query(KEY, GIVEN[i], 1)[0][0] == i for i in range(0, 1_200, 50))
        store.close()

    def test_a_sound_index_is_taken_over_and_brought_to_the_present(self, folder: Path) -> None:
        store = self.start(folder)
        store.apply(KEY, (range(1_200), GIVEN), [], seq=7)
        store.apply(KEY, ([2_000], -GIVEN[:1]), [4], seq=8)  # while no index was open
        store.catch_up()
        assert [p.name for p in folder.glob("gen-*")] == ["gen-1"]
        assert store.is_indexed(KEY)
        assert store.query(KEY, -GIVEN[0], 1)[0][0] == 2_000
        assert 4 not in [i for i, _ in store.query(KEY, GIVEN[4], 10)]
        store.close()

    def test_an_index_that_fails_in_use_is_replaced_by_exact_search(self, folder: Path) -> None:
        store = self.start(folder)
        store.apply(KEY, (range(1_200), GIVEN), [], seq=7)
        store.catch_up()
        store._index._collections.client.close()  # Chroma fails from here on
        assert store.query(KEY, GIVEN[5], 1)[0][0] == 5
        assert store.pending() == [KEY]
        store.catch_up()
        assert store.is_indexed(KEY)
        assert store.query(KEY, GIVEN[5], 1)[0][0] == 5
        store.close()

    def test_the_follower_makes_the_index_equal_by_itself(self, folder: Path) -> None:
        store = self.start(folder)
        store.apply(KEY, (range(1_200), GIVEN), [], seq=7)
        store.follow()
        for _ in range(1_200):
            if store.is_indexed(KEY):
                break
            store._stopped.wait(0.05)
        assert store.is_indexed(KEY)
        store.close()

    def test_erasing_is_complete_in_memory_and_on_disk(self, folder: Path) -> None:
        store = self.start(folder)
        store.apply(KEY, (range(1_200), GIVEN), [], seq=7)
        store.catch_up()
        store.erase(KEY, [5])
        unit = GIVEN[5] / np.linalg.norm(GIVEN[5])
        files = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
        assert not any(v.tobytes() in content for content in files for v in (GIVEN[5], unit))
        assert not (store._exact._collections[KEY].vectors == unit).all(axis=1).any()
        store.catch_up()
        assert 5 not in [i for i, _ in store.query(KEY, GIVEN[5], 50)]
        store.close()
