"""Connector files: which helpdesk is read for whom, with which secrets and limits."""

from __future__ import annotations

import json
import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator

from copilot.config import secret_named
from copilot.errors import ConfigError, NotFound

Kind = Literal["zendesk", "chatwoot", "helpscout", "rt", "intercom", "front"]
PULLED = ("zendesk", "chatwoot", "helpscout", "rt")  # the others only send webhooks
HELPSCOUT = "https://api.helpscout.net"
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
PATH_SECRET = 16  # characters; shorter ones can be guessed


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class WebhookFile(_Strict):
    """How deliveries are verified. `path_secret` ends the address where nothing is signed."""

    secret: SecretStr | None = None
    secret_env: str | None = None
    verify: Literal["required", "if-present", "off"] = "required"
    path_secret: SecretStr | None = None
    path_secret_env: str | None = None

    @property
    def key(self) -> bytes:
        """The signing secret. Raises ConfigError where there is none."""
        return _secret(self.secret, self.secret_env, "webhook.secret").encode()

    @property
    def path_key(self) -> str:
        """The secret end of the address; empty where the file names none."""
        if self.path_secret is None and self.path_secret_env is None:
            return ""
        return _secret(self.path_secret, self.path_secret_env, "webhook.path_secret")

    @model_validator(mode="after")
    def _has_what_it_checks(self) -> WebhookFile:
        if self.verify != "off" and not (self.secret or self.secret_env):
            raise ValueError(f"verify = {self.verify!r} needs `secret` or `secret_env`")
        if self.verify != "required" and not (self.path_secret or self.path_secret_env):
            raise ValueError(f"verify = {self.verify!r} needs `path_secret`: nothing else protects")
        if self.path_secret and len(self.path_secret.get_secret_value()) < PATH_SECRET:
            raise ValueError(f"path_secret must have at least {PATH_SECRET} characters")
        return self


class ConnectorFile(_Strict):
    """One helpdesk account. Secrets stand in the file (mode 600) or in named variables."""

    kind: Kind
    name: Annotated[str, Field(pattern=f"^{NAME.pattern}$")]
    base_url: str = ""
    tenant: str | None = None
    user: str | None = Field(default=None, description="Zendesk: the e-mail of the API token")
    token: SecretStr | None = None
    token_env: str | None = None
    client_id: str | None = None
    client_secret: SecretStr | None = None
    client_secret_env: str | None = None
    account: int | None = Field(default=None, description="Chatwoot: the number of the account")
    api_version: Literal["v2", "v3"] = Field(default="v2", description="Help Scout threads")
    since: date | None = Field(default=None, description="nothing older is read at the first run")
    id_prefix: str | None = Field(default=None, max_length=60)
    roles: dict[str, str] = Field(default_factory=dict)
    agent_role: Literal["sales", "service"] | None = None
    allow_private_hosts: tuple[str, ...] = ()
    requests_per_minute: Annotated[int, Field(ge=0, le=10_000)] = 0
    sweep_hours: Annotated[int, Field(ge=0)] = 24
    webhook: WebhookFile | None = None

    @property
    def prefix(self) -> str:
        """What stands before every id: two systems may number their records alike."""
        return f"{self.name}-" if self.id_prefix is None else self.id_prefix

    @property
    def origin(self) -> str:
        """The origin under which its records are stored."""
        return f"sync:{self.name}"

    @property
    def api_token(self) -> str:
        """The API token. Raises ConfigError."""
        return _secret(self.token, self.token_env, "token")

    @property
    def api_secret(self) -> str:
        """The OAuth2 client secret. Raises ConfigError."""
        return _secret(self.client_secret, self.client_secret_env, "client_secret")

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self) -> ConnectorFile:
        needs = {
            "zendesk": ("base_url", "token"),
            "chatwoot": ("base_url", "token", "account"),
            "rt": ("base_url", "token"),
            "helpscout": ("base_url", "client_id", "client_secret"),
        }
        given = {key for key, value in self if value not in (None, "")}
        given |= {key.removesuffix("_env") for key in given}
        lacking = [name for name in needs.get(self.kind, ()) if name not in given]
        if lacking:
            raise ValueError(f"{self.kind} needs {', '.join(lacking)}")
        if self.kind not in PULLED and self.webhook is None:
            raise ValueError(f"{self.kind} is read by webhook only: add a [webhook] section")
        return self


def read_connector(path: Path) -> ConnectorFile:
    """A connector file, TOML or JSON. Raises ConfigError with the field and the next step."""
    try:
        text = path.read_text("utf-8")
        value = tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror or error}.") from error
    except ValueError as error:
        raise ConfigError(f"{path} is not valid {path.suffix[1:].upper()}: {error}.") from error
    if not isinstance(value, dict):
        raise ConfigError(f"{path} must hold one object with `kind`, `base_url` and so on.")
    if "name" in value:
        raise ConfigError(f"{path}: leave `name` out: the file's own name is the connector's.")
    given: dict[str, Any] = {"name": path.stem.lower(), **value}
    if given.get("kind") == "helpscout":
        given.setdefault("base_url", HELPSCOUT)
    try:
        found = ConnectorFile.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        at = ".".join(str(part) for part in first["loc"]) or "the file"
        raise ConfigError(f"{path}: {at}: {first['msg']}.") from None
    if _holds_secret(found) and path.stat().st_mode & 0o077:
        raise ConfigError(f"{path} holds a secret and others may read it: run chmod 600 {path}.")
    return found


def connector_paths(home: Path) -> list[Path]:
    """The files of an installation's `connectors` folder."""
    folder = home / "connectors"
    return sorted(p for p in folder.glob("*") if p.suffix in (".toml", ".json") and p.is_file())


def connector_named(home: Path, name: str) -> ConnectorFile:
    """One connector of the installation by its name. Raises NotFound or ConfigError."""
    if NAME.fullmatch(name):
        for path in connector_paths(home):
            # A broken neighbour must not stop this one's deliveries.
            if path.stem.lower() == name:
                return read_connector(path)
    raise NotFound(f"There is no connector {name[:60]!r} in {home / 'connectors'}.")


def _holds_secret(file: ConnectorFile) -> bool:
    hook = file.webhook
    inline = [file.token, file.client_secret]
    inline += [hook.secret, hook.path_secret] if hook else []
    return any(one is not None for one in inline)


def _secret(inline: SecretStr | None, variable: str | None, name: str) -> str:
    found = inline or (secret_named(variable) if variable else None)
    if found is None or not found.get_secret_value():
        where = f"the variable {variable} is empty" if variable else "it is not given"
        raise ConfigError(f"The connector's {name} is missing: {where}.")
    return found.get_secret_value()
