"""The model's files: only the known weights, a graph that is whole, and clear words otherwise."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from copilot.config import Settings
from copilot.embedder import graphfile, weights
from copilot.embedder.__main__ import main
from copilot.embedder.precision import chosen, overflows
from copilot.errors import ConfigError, EmbedderError

REAL = Settings(_env_file=None).models_dir


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """A folder with a whole int8 graph."""
    graphfile.ensure(REAL, "int8")
    for path in (
        graphfile.path_of(REAL, "int8"),
        graphfile.seal_of(graphfile.path_of(REAL, "int8")),
    ):
        shutil.copy(path, tmp_path)
    return tmp_path


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
    written = path.stat().st_mtime_ns
    assert graphfile.ensure(models, "int8") == path.read_bytes()
    assert path.stat().st_mtime_ns == written


@pytest.mark.parametrize("damage", ["cut", "flip", "no seal", "gone"])
def test_a_damaged_graph_is_built_again(models: Path, damage: str):
    path = graphfile.path_of(models, "int8")
    whole = path.read_bytes()
    if damage == "cut":
        path.write_bytes(whole[:-1])
    elif damage == "flip":
        path.write_bytes(whole[:5000] + bytes([whole[5000] ^ 1]) + whole[5001:])
    else:
        (path if damage == "gone" else graphfile.seal_of(path)).unlink()
    assert graphfile.verified(path) is None
    assert graphfile.ensure(models, "int8") == whole
    assert graphfile.verified(path) == whole


def test_two_processes_at_once_leave_one_whole_graph_and_no_litter(tmp_path: Path):
    script = (
        "import sys; from pathlib import Path; from copilot.embedder import graphfile;"
        "graphfile.build(Path(sys.argv[1]), 'int8')"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "models")]
    both = [subprocess.Popen(command) for _ in range(2)]
    assert [process.wait(60) for process in both] == [0, 0]
    path = graphfile.path_of(tmp_path / "models", "int8")
    assert graphfile.verified(path)
    assert sorted(path.parent.iterdir()) == sorted([path, graphfile.seal_of(path)])


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
