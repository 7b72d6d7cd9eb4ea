"""Loads, checks and renders the prompts below `prompts/`: text with fixed variables, no logic."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from copilot.errors import PromptError

PROMPTS_DIR = Path(__file__).resolve().parent.parent / "prompts"
RELEASES = "releases.json"
MAX_TEMPLATE_CHARS = 20_000
MAX_RESULT_CHARS = 200_000
MAX_VALUE_CHARS = 150_000

_NAME = r"[a-z][a-z0-9_]{0,39}"
_VARIABLE = re.compile(r"\{\{(" + _NAME + r")\}\}")
_BRACES = re.compile(r"\{\{|\{%|\{#")  # what closes may stand alone: JSON ends so
_TRIPLE = re.compile(r"\{\{\{")
_FRONT = re.compile(r"\+\+\+\n(?P<head>.*?)\n\+\+\+\n(?P<body>.*)", re.DOTALL)
_SECTIONS = re.compile(r"\s*# system\n(?P<system>.*?)\n# user\n(?P<user>.*)", re.DOTALL)

Name = Annotated[str, Field(pattern=f"^{_NAME}$")]
Limit = Annotated[int, Field(ge=1, le=MAX_VALUE_CHARS)]


class _Head(BaseModel):
    """The front matter of a prompt file."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    name: Name
    version: int = Field(ge=1)
    description: str = Field(min_length=1, max_length=500)
    output: str = Field(default="text", max_length=60, description="name of the answer's schema")
    variables: dict[Name, Limit] = Field(max_length=40, description="each with its most characters")


_RELEASES = TypeAdapter(dict[Name, Annotated[int, Field(ge=1)]])


@dataclass(frozen=True, slots=True)
class RenderedPrompt:
    """A prompt ready to send, with what a trace needs to find its template again."""

    system: str
    user: str
    name: str
    version: int
    sha256: str
    output: str


@dataclass(frozen=True)
class PromptVersion:
    """One immutable text of a prompt."""

    name: str
    version: int
    description: str
    output: str
    variables: Mapping[str, int]
    system: str
    user: str

    @cached_property
    def sha256(self) -> str:
        """The digest of what is sent when nothing is filled in."""
        return hashlib.sha256(f"{self.system}\0{self.user}".encode()).hexdigest()

    def render(self, values: Mapping[str, str]) -> RenderedPrompt:
        """Fill every variable in one pass; text inside a value stays as it is."""
        self._check(values)
        system, user = _fill(self.system, values), _fill(self.user, values)
        if len(system) + len(user) > MAX_RESULT_CHARS:
            raise PromptError(
                f"Prompt {self.name!r} is too long once filled in; shorten the values."
            )
        return RenderedPrompt(system, user, self.name, self.version, self.sha256, self.output)

    def _check(self, values: Mapping[str, str]) -> None:
        for name in sorted(self.variables.keys() ^ values.keys()):
            fault = "misses the value of" if name in self.variables else "has no variable"
            raise PromptError(f"Prompt {self.name!r} {fault} {name!r}.")
        for name, value in values.items():
            if not isinstance(value, str):
                raise PromptError(f"Prompt {self.name!r}: the value of {name!r} must be text.")
            if len(value) > self.variables[name]:
                raise PromptError(
                    f"Prompt {self.name!r}: the value of {name!r} has {len(value)} characters, "
                    f"at most {self.variables[name]} are allowed."
                )


@dataclass(frozen=True)
class Prompts:
    """Every version on file, and which of each prompt is live."""

    versions: Mapping[tuple[str, int], PromptVersion]
    live: Mapping[str, int]

    @classmethod
    def load(cls, directory: Path = PROMPTS_DIR) -> Prompts:
        """Read `<name>/v<N>.md` and the releases; any fault names its file."""
        versions = {}
        for file in sorted(directory.glob("*/v*.md")):
            prompt = _read(file)
            versions[prompt.name, prompt.version] = prompt
        live = _read_releases(directory / RELEASES)
        for name, version in live.items():
            if (name, version) not in versions:
                raise PromptError(f"{RELEASES} releases {name!r} v{version}, which is not on file.")
        return cls(versions, live)

    def get(self, name: str, version: int | None = None) -> PromptVersion:
        """A version of a prompt; without a number the live one."""
        number = version if version is not None else self.live.get(name)
        if number is None:
            raise PromptError(f"No version of prompt {name!r} is released.")
        try:
            return self.versions[name, number]
        except KeyError:
            raise PromptError(f"Prompt {name!r} has no version {number}.") from None

    def render(
        self, name: str, values: Mapping[str, str], *, version: int | None = None
    ) -> RenderedPrompt:
        """Render the live version, or the one named."""
        return self.get(name, version).render(values)


def parse(text: str) -> PromptVersion:
    """A prompt from its file's text, or `PromptError` saying what is wrong with it."""
    if len(text) > MAX_TEMPLATE_CHARS:
        raise PromptError(f"A prompt may have at most {MAX_TEMPLATE_CHARS} characters.")
    front = _FRONT.fullmatch(text.replace("\r\n", "\n"))
    if front is None:
        raise PromptError("A prompt begins with front matter between two lines '+++'.")
    head = _head(front["head"])
    sections = _SECTIONS.fullmatch(front["body"])
    if sections is None:
        raise PromptError("A prompt has a section '# system' and, after it, a section '# user'.")
    system, user = sections["system"].strip(), sections["user"].strip()
    _check_variables(head, system, user)
    return PromptVersion(system=system, user=user, **head.model_dump())


def dump(prompt: PromptVersion) -> str:
    """The file text of a prompt; `parse` reads it back."""
    head = [
        f"name = {json.dumps(prompt.name)}",
        f"version = {prompt.version}",
        f"description = {json.dumps(prompt.description, ensure_ascii=False)}",
        f"output = {json.dumps(prompt.output)}",
        "",
        "[variables]",
        *(f"{name} = {limit}" for name, limit in prompt.variables.items()),
    ]
    return (
        "+++\n" + "\n".join(head) + f"\n+++\n# system\n{prompt.system}\n\n# user\n{prompt.user}\n"
    )


def _head(text: str) -> _Head:
    try:
        return _Head.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise PromptError(f"The front matter is not TOML: {error}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise PromptError(f"The front matter is wrong at {where!r}: {first['msg']}.") from error


def _check_variables(head: _Head, *sections: str) -> None:
    if not all(sections):
        raise PromptError(f"Prompt {head.name!r} has an empty section.")
    used = {name for section in sections for name in _VARIABLE.findall(section)}
    for name in sorted(used ^ head.variables.keys()):
        fault = "uses the unknown variable" if name in used else "never uses its variable"
        raise PromptError(f"Prompt {head.name!r} {fault} {name!r}.")
    for section in sections:
        found = _TRIPLE.search(section) or _BRACES.search(_VARIABLE.sub("", section))
        if found:
            raise PromptError(
                f"Prompt {head.name!r} has a stray {found.group()!r}: only {{{{name}}}} is known."
            )


def _fill(template: str, values: Mapping[str, str]) -> str:
    return _VARIABLE.sub(lambda match: values[match[1]], template)


def _read(file: Path) -> PromptVersion:
    try:
        prompt = parse(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise PromptError(f"{file}: cannot be read as UTF-8 text.") from error
    except PromptError as error:
        raise PromptError(f"{file}: {error.detail}") from error
    if (file.parent.name, file.name) != (prompt.name, f"v{prompt.version}.md"):
        raise PromptError(f"{file}: its front matter says {prompt.name!r} v{prompt.version}.")
    return prompt


def _read_releases(file: Path) -> dict[str, int]:
    try:
        return _RELEASES.validate_json(file.read_bytes(), strict=True)
    except (OSError, ValidationError) as error:
        raise PromptError(f"{file}: must map each prompt's name to its live version.") from error
