"""Reads the front matter of a Markdown file: a small, safe part of YAML."""

from __future__ import annotations

import re

from ingest.loaders.fields import FieldFault

_KEY = re.compile(r"^([A-Za-z][\w-]*):(?:\s+(.*))?$")
FrontMatter = dict[str, str | list[str]]


def split(text: str) -> tuple[FrontMatter, str]:
    """The fields between the opening and closing `---`, and the text below them."""
    if not text.startswith("---\n"):
        return {}, text
    end = text.find("\n---", 3)
    if end < 0 or (block := text[4:end]).strip() == "" or ":" not in block.split("\n")[0]:
        return {}, text  # a line across the page, not front matter
    rest = text[end + 4 :]
    return _fields(block), rest.partition("\n")[2]


def _fields(block: str) -> FrontMatter:
    found: FrontMatter = {}
    open_list: list[str] | None = None
    for number, line in enumerate(block.split("\n"), start=2):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        if stripped.startswith("- ") and open_list is not None:
            open_list.append(_scalar(stripped[2:]))
            continue
        match = _KEY.match(line)
        if match is None:
            raise FieldFault(f"front matter line {number} is not `key: value`: {stripped[:60]!r}")
        key, value = match.group(1).lower(), (match.group(2) or "").strip()
        open_list = None
        if value.startswith("[") and value.endswith("]"):
            found[key] = [_scalar(part) for part in value[1:-1].split(",") if part.strip()]
        elif value:
            found[key] = _scalar(value)
        else:
            open_list = []
            found[key] = open_list
    return found


def _scalar(text: str) -> str:
    text = text.strip()
    if len(text) >= 2 and text[0] == text[-1] and text[0] in "\"'":
        return text[1:-1]
    return re.sub(r"\s+#.*$", "", text)
