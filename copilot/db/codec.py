"""Domain items to JSON text and back: what `body` columns hold."""

from __future__ import annotations

import hashlib
from typing import Any

from pydantic import TypeAdapter

from copilot.domain import Customer, Document, Interaction, Item, ItemKind, Product

_TYPES: dict[str, TypeAdapter[Any]] = {
    "document": TypeAdapter(Document),
    "interaction": TypeAdapter(Interaction),
    "product": TypeAdapter(Product),
    "customer": TypeAdapter(Customer),
}


def kind_of(item: Item) -> ItemKind:
    """The kind under which an item is stored."""
    match item:
        case Document():
            return "document"
        case Interaction():
            return "interaction"
        case Product():
            return "product"
        case Customer():
            return "customer"


def id_of(item: Item) -> str:
    """The id that the item had in its source."""
    match item:
        case Document() | Interaction():
            return item.source_id
        case Product():
            return item.sku
        case Customer():
            return item.customer_id


def dump(item: Item) -> str:
    """The item as JSON text."""
    text: bytes = _TYPES[kind_of(item)].dump_json(item)
    return text.decode()


def load(kind: str, body: str) -> Any:  # noqa: ANN401 - the kind decides the type
    """The item that `dump` wrote."""
    return _TYPES[kind].validate_json(body)


def fingerprint(item: Item, *parts: str) -> str:
    """Changes when the item or any of `parts` (chunker, embedder) does."""
    digest = hashlib.sha256(dump(item).encode())
    for part in parts:
        digest.update(b"\0" + part.encode())
    return digest.hexdigest()
