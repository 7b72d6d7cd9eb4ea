"""Connector files: strict, and secrets lie where only their owner reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from copilot.connectors import connector_named, connector_paths, read_connector
from copilot.errors import ConfigError, NotFound

GOOD = """
kind = "zendesk"
base_url = "https://acme.zendesk.com"
user = "ada@acme.test"
token_env = "TEST_ZENDESK_TOKEN"
since = 2026-01-01
"""


def write(folder: Path, name: str, text: str, mode: int = 0o600) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text, "utf-8")
    path.chmod(mode)
    return path


def test_a_file_without_secrets_may_be_read_by_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = read_connector(write(tmp_path, "acme.toml", GOOD, 0o644))
    assert (file.name, file.prefix, file.origin) == ("acme", "acme-", "sync:acme")
    with pytest.raises(ConfigError, match="TEST_ZENDESK_TOKEN"):
        file.api_token  # noqa: B018
    monkeypatch.setenv("TEST_ZENDESK_TOKEN", "t0p")
    assert file.api_token == "t0p"


def test_a_file_with_a_secret_must_be_its_owners_alone(tmp_path: Path) -> None:
    text = GOOD.replace('token_env = "TEST_ZENDESK_TOKEN"', 'token = "t0p"')
    path = write(tmp_path, "acme.toml", text, 0o640)
    with pytest.raises(ConfigError, match="chmod 600"):
        read_connector(path)
    path.chmod(0o600)
    file = read_connector(path)
    assert file.api_token == "t0p"
    assert "t0p" not in repr(file)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (('kind = "zendesk"', 'kind = "zendsk"'), "kind"),
        (('token_env = "TEST_ZENDESK_TOKEN"', ""), "token"),
        (('base_url = "https://acme.zendesk.com"', ""), "base_url"),
        (("since", "sinse"), "sinse"),
        (("since", "name = 'other'\nsince"), "name"),
        (('kind = "zendesk"', 'kind = "intercom"'), "webhook"),
        (('kind = "zendesk"', "kind = "), "TOML"),
        (("since = 2026-01-01", "[webhook]\nverify = 'off'"), "path_secret"),
        (("since = 2026-01-01", "[webhook]\nsecret='x'\nverify='off'\npath_secret='short'"), "16"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, change: tuple[str, str], word: str) -> None:
    path = write(tmp_path, "acme.toml", GOOD.replace(*change))
    with pytest.raises(ConfigError, match=word):
        read_connector(path)


def test_connectors_are_found_by_name_and_a_broken_neighbour_harms_none(tmp_path: Path) -> None:
    write(tmp_path / "connectors", "acme.toml", GOOD)
    write(tmp_path / "connectors", "broken.json", "{")
    assert [path.name for path in connector_paths(tmp_path)] == ["acme.toml", "broken.json"]
    assert connector_named(tmp_path, "acme").kind == "zendesk"
    for name in ("nobody", "../acme", "", "a" * 99):
        with pytest.raises(NotFound):
            connector_named(tmp_path, name)
