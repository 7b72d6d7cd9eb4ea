"""Asking servers of every kind for JSON, and checking what comes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import jsonschema
from pydantic import BaseModel, ValidationError

from copilot.llm.faults import CallError
from copilot.llm.protocol import Message, Schema

Mode = Literal["json_schema", "json_object", "plain"]
MODES: tuple[Mode, ...] = ("json_schema", "json_object", "plain")
_FENCE = re.compile(r"```(?:json)?[ \t]*\n(.*?)\n?```", re.DOTALL)
_MAX_STARTS = 50


@dataclass(frozen=True, slots=True)
class Form:
    """One way to put a request: how JSON is demanded, and the temperature if any."""

    mode: Mode
    temperature: float | None


class Dialect:
    """What a server has been seen to accept.

    Many reject `json_schema`, some reject any temperature. Each form is tried once, best
    first; what was rejected is not tried again after another form passed.
    """

    def __init__(self) -> None:
        self._mode: Mode = "json_schema"
        self._takes_temperature = True

    def forms(self, schema: Schema | None, temperature: float | None) -> Iterator[Form]:
        """The forms to try, best first."""
        modes = MODES[MODES.index(self._mode) :] if schema is not None else ("plain",)
        if temperature is not None and self._takes_temperature:
            yield Form(modes[0], temperature)
        for mode in modes:
            yield Form(mode, None)

    def learn(self, passed: Form, rejected: Sequence[Form]) -> None:
        """Remember the form that passed after others were rejected."""
        if any(form.mode != passed.mode for form in rejected):
            self._mode = passed.mode
        elif any(form.temperature is not None for form in rejected):
            self._takes_temperature = False


def json_schema_of(schema: Schema) -> dict[str, Any]:
    """The JSON schema of a pydantic class, or the schema itself."""
    return dict(schema) if isinstance(schema, Mapping) else schema.model_json_schema()


def response_format(schema: Schema | None, mode: Mode) -> dict[str, Any] | None:
    """The wire's `response_format`."""
    if schema is None or mode == "plain":
        return None
    if mode == "json_object":
        return {"type": "json_object"}
    body = json_schema_of(schema)
    name = re.sub(r"[^a-zA-Z0-9_-]", "_", str(body.get("title", "answer")))[:60]
    return {"type": "json_schema", "json_schema": {"name": name, "strict": True, "schema": body}}


def instructed(messages: Sequence[Message], schema: Schema | None, mode: Mode) -> list[Message]:
    """The messages, with the schema in words where the wire does not carry it."""
    if schema is None or mode == "json_schema":
        return list(messages)
    rule = "Answer with one JSON object that obeys this JSON schema, and nothing else:\n"
    return [*messages, Message("system", rule + json.dumps(json_schema_of(schema)))]


def checked(text: str, schema: Schema) -> object:
    """The JSON in a model's text, valid against the schema; pydantic classes give instances."""
    value = json_in(text)
    try:
        if isinstance(schema, type) and issubclass(schema, BaseModel):
            return schema.model_validate(value)
    except ValidationError:
        raise CallError("malformed") from None
    faults = jsonschema.Draft202012Validator(json_schema_of(schema)).iter_errors(value)
    if not all(_is_foreign_number(fault) for fault in faults):
        raise CallError("malformed")
    return value


def _is_foreign_number(fault: jsonschema.ValidationError) -> bool:
    """A citation of what was not sent: the parser drops it, the rest of the reply is good."""
    return fault.validator == "enum" and isinstance(fault.instance, int)


def json_in(text: str) -> dict[str, Any]:
    """The JSON object in a text: all of it, fenced, or the first among prose."""
    for candidate in (text, *_FENCE.findall(text)):
        value = _loads(candidate)
        if isinstance(value, dict):
            return value
    decoder = json.JSONDecoder()
    for start in [m.start() for m in re.finditer(r"\{", text)][:_MAX_STARTS]:
        try:
            found: dict[str, Any] = decoder.raw_decode(text, start)[0]
        except (ValueError, RecursionError):
            continue
        return found
    raise CallError("malformed")


def _loads(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
