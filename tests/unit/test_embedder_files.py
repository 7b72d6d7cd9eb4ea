"""The model's files: only the known weights, a graph that is whole, and clear words otherwise."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from copilot.config import Settings
from copilot.embedder import LocalEmbedder, graphfile, weights
from copilot.embedder.__main__ import main
from copilot.embedder.precision import chosen, overflows
from copilot.errors import ConfigError, EmbedderError

REAL = Settings(_env_file=None).models_dir
MAPS = Path("/proc/self/maps")


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """A folder with a whole int8 graph."""
    for path in files(graphfile.ensure(REAL, "int8")):
        shutil.copy(path, tmp_path)
    return tmp_path


def files(path: Path) -> list[Path]:
    """All that a graph consists of."""
    return [path, graphfile.seal_of(path), graphfile.words_of(path)]


def test_the_installed_weights_are_the_known_ones():
    assert len(weights.load()) == 104


def test_other_weights_are_refused_with_the_next_step(tmp_path: Path):
    real = weights.package_dir() / "tokenizer.json"
    content = bytearray(real.read_bytes())
    (tmp_path / "tokenizer.json").write_bytes(content)
    assert weights.checked("tokenizer.json", tmp_path) == content
    content[1000] ^= 1
    (tmp_path / "tokenizer.json").write_bytes(content)
    with pytest.raises(EmbedderError, match="make setup"):
        weights.checked("tokenizer.json", tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"other weights")
    with pytest.raises(EmbedderError, match="make setup"):
        weights.load(tmp_path)


def test_absent_weights_are_named_with_the_next_step(tmp_path: Path):
    with pytest.raises(EmbedderError, match="make setup"):
        weights.load(tmp_path)
    with pytest.raises(EmbedderError, match="not installed"):
        weights.package_dir("a_package_nobody_has")


def test_a_whole_graph_is_read_as_it_lies(models: Path):
    path = graphfile.path_of(models, "int8")
    written = [file.stat().st_mtime_ns for file in files(path)]
    assert graphfile.ensure(models, "int8") == path
    assert [file.stat().st_mtime_ns for file in files(path)] == written


@pytest.mark.parametrize("part", [graphfile.path_of, graphfile.seal_of, graphfile.words_of])
@pytest.mark.parametrize("damage", ["cut", "flip", "gone"])
def test_a_damaged_graph_is_built_again(models: Path, damage: str, part: Callable[..., Path]):
    path = graphfile.path_of(models, "int8")
    whole = [file.read_bytes() for file in files(path)]
    damaged = path if part is graphfile.path_of else part(path)
    content = damaged.read_bytes()
    if damage == "cut":
        damaged.write_bytes(content[:-1])
    elif damage == "flip":
        damaged.write_bytes(content[:50] + bytes([content[50] ^ 1]) + content[51:])
    else:
        damaged.unlink()
    assert not graphfile.is_whole(path)
    assert graphfile.ensure(models, "int8") == path
    assert [file.read_bytes() for file in files(path)] == whole


@pytest.mark.skipif(not MAPS.exists(), reason="this system does not say what is mapped")
def test_the_words_are_mapped_so_that_every_process_shares_them(models: Path):
    path = graphfile.path_of(models, "int8")
    embedder = LocalEmbedder.of_graph(path, precision="int8", threads=1)
    assert embedder.embed(["Where is my order?"]).shape == (1, 384)
    mapped = [line.split()[-1] for line in MAPS.read_text().splitlines()]
    assert str(graphfile.words_of(path)) in mapped


def test_two_processes_at_once_leave_one_whole_graph_and_no_litter(tmp_path: Path):
    script = (
        "import sys; from pathlib import Path; from copilot.embedder import graphfile;"
        "graphfile.build(Path(sys.argv[1]), 'int8')"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "models")]
    both = [subprocess.Popen(command) for _ in range(2)]
    assert [process.wait(60) for process in both] == [0, 0]
    path = graphfile.path_of(tmp_path / "models", "int8")
    assert graphfile.is_whole(path)
    assert sorted(path.parent.iterdir()) == sorted(files(path))


def test_a_folder_that_cannot_be_written_is_said_with_the_next_step(tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(EmbedderError, match="COPILOT_MODELS_DIR"):
        graphfile.build(tmp_path / "file" / "models", "int8")


def test_the_command_says_what_it_did(
    models: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("COPILOT_MODELS_DIR", str(models))
    monkeypatch.setenv("COPILOT_QUANTISE", "fp32")
    assert main([]) == 0
    assert "built in" in capsys.readouterr().out
    assert main([]) == 0
    assert "in place" in capsys.readouterr().out
    monkeypatch.setenv("COPILOT_QUANTISE", "int1")
    assert main([]) == 1
    assert "int1" in capsys.readouterr().err


def test_the_format_suits_the_processor():
    assert not overflows("x86_64", frozenset({"avx2", "avx512_vnni"}))
    assert not overflows("x86_64", frozenset({"avx2", "avx_vnni"}))
    assert overflows("x86_64", frozenset({"avx2", "avx512f"}))
    assert overflows("AMD64", frozenset())
    assert not overflows("aarch64", frozenset())
    assert not overflows("arm64", frozenset())
    assert chosen("fp32") == "fp32"
    assert chosen("int8") in {"int8", "int8w7"}
    with pytest.raises(ConfigError):
        chosen("int4")
