"""Finds customers by what a person types: an id, a name, or the beginning of one."""

from __future__ import annotations

import re

from copilot.db import TenantStore
from copilot.domain import Customer
from copilot.errors import InvalidInput, NotFound
from copilot.identity.person_names import name_words
from copilot.story import is_known

_DIGIT = re.compile(r"\d")
SHOWN = 5  # candidates that a refusal names
HOW_TO_LIST = "`copilot customers --name TEXT` lists ids."


def customers_named(store: TenantStore, text: str) -> list[Customer]:
    """Customers with every word of `text` at the beginning of one in their name, by id.

    Where a name is exactly this one, those that are merely longer are left out.
    """
    wanted = name_words(text)
    if not wanted or _DIGIT.search(text):  # a mistyped id must not show somebody else
        return []
    every = [(c, name_words(c.name or "")) for c in store.records.customers(limit=None)]
    exact = [c for c, has in every if set(has) == set(wanted)]
    return exact or [
        c for c, has in every if all(any(w.startswith(one) for w in has) for one in wanted)
    ]


def customer_id_of(store: TenantStore, text: str) -> str:
    """The id that `text` is, or that the one customer of this name has.

    Raises NotFound, and InvalidInput where several people have the name.
    """
    if is_known(store, text):
        return text
    found = customers_named(store, text)
    people = {store.records.aliases(c.customer_id)[0]: c for c in found}  # merged ones are one
    if not people:
        raise NotFound(f"There is no customer with the id or name {text!r}. {HOW_TO_LIST}")
    if len(people) > 1:
        shown = ", ".join(f"{who} ({c.name})" for who, c in list(people.items())[:SHOWN])
        more = f" and {len(people) - SHOWN} more" if len(people) > SHOWN else ""
        raise InvalidInput(f"{text!r} may be {shown}{more}: say which id. {HOW_TO_LIST}")
    return next(iter(people))
