"""Settings: the only reader of the environment."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


def _default_home() -> Path:
    """`var/` of a checkout; for an installed package, the user's data folder."""
    if (ROOT / "pyproject.toml").is_file():
        return ROOT / "var"
    return Path.home() / ".local" / "share" / "continuum"


class Settings(BaseSettings):
    """All knobs of an installation, read once at start (see `.env.example`)."""

    model_config = SettingsConfigDict(
        env_prefix="COPILOT_", env_file=".env", extra="ignore", populate_by_name=True
    )

    home: Path = Field(default_factory=_default_home, description="all data lies below it")
    database_url: str = Field(default="", description="empty = SQLite below the home")
    chroma_url: str = Field(default="", description="empty = embedded; else http://host:port")
    model: str = Field(default="", description="for example openai:NAME; empty = no model")
    embeddings: str = Field(default="local", description="local, or openai:NAME")
    quantise: str = Field(default="int8", description="local embedder: int8 or fp32")
    bootstrap_key: SecretStr | None = Field(default=None, description="admin key of a first start")
    brand: str = Field(default="our company", description="the name customers know you by")
    locale: str = Field(
        default="",
        pattern=r"^(?:[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)?$",
        description="how the page writes dates and sums, for example en-GB; empty = the browser's",
    )
    demo: bool = Field(default=False, description="serve the try-it page without a key (loopback)")
    tenant: str = Field(default="default", description="tenant of the command line and first key")
    tiktoken_dir: Path | None = Field(default=None, description="folder with its vocabularies")
    models_dir: Path = Field(
        default=Path(sys.prefix) / "share" / "continuum",
        description="derived model files (ONNX graphs), built once per environment",
    )

    openai_base_url: str = Field(default="", validation_alias="OPENAI_BASE_URL")
    openai_api_key: SecretStr | None = Field(default=None, validation_alias="OPENAI_API_KEY")
    model_deadline_s: float = Field(default=8.0, gt=0, le=120)
    model_context_tokens: int = Field(default=6000, ge=500)
    model_max_output_tokens: int = Field(default=700, ge=50)
    rewrite_queries: bool = Field(
        default=False,
        description="true = the model first says what to look up: a second call per suggestion",
    )

    threads: int = Field(default=0, ge=0, description="embedder threads; 0 = all cores")
    workers: Annotated[int | None, BeforeValidator(lambda told: None if told == "" else told)] = (
        Field(
            default=None,
            ge=0,
            le=64,
            description="processes beside the server; empty = one less than cores, 3 at most",
        )
    )
    exact_search_below: int = Field(
        default=250_000, description="chunks per kind searched by numpy"
    )
    max_body_bytes: int = Field(default=2_000_000, ge=10_000)
    rate_per_minute: int = Field(default=6_000, ge=0, description="requests per key; 0 = no limit")
    ingest_roots: str = Field(
        default="", description="folders POST /v1/ingest may read, ':'-separated; empty = uploads"
    )

    @property
    def database(self) -> str:
        """The SQLAlchemy URL in force."""
        return self.database_url or f"sqlite:///{(self.home / 'copilot.db').resolve()}"

    @property
    def index_dir(self) -> Path:
        """Where the embedded vector index lives; disposable."""
        return self.home / "index"

    @property
    def allowed_roots(self) -> tuple[Path, ...]:
        """`ingest_roots` as absolute paths."""
        return tuple(Path(p).resolve() for p in self.ingest_roots.split(":") if p)


def secret_named(variable: str) -> SecretStr | None:
    """A secret that a connector file names by its environment variable; None where unset."""
    value = os.environ.get(variable, "")
    return SecretStr(value) if value else None
