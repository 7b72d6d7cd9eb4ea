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


def merged(store: TenantStore) -> dict[str, str]:
    """The record that stands for each absorbed one; a person is listed under it, once.

    An absorbed record whose keeper is not on file stays: somebody would be listed nowhere.
    """
    kept_of = {row["absorbed"]: row["kept"] for row in store.records.merges()}
    found = {}
    for absorbed in kept_of:
        main, seen = absorbed, {absorbed}
        while (above := kept_of.get(main)) is not None and above not in seen:
            main = above
            seen.add(main)
        if main != absorbed and store.records.customer(main) is not None:
            found[absorbed] = main
    return found


def customers_once(store: TenantStore, limit: int) -> list[Customer]:
    """Customers by id, those that were merged under the one record that was kept."""
    absorbed = merged(store)
    every = store.records.customers(limit + len(absorbed))
    return [c for c in every if c.customer_id not in absorbed][:limit]


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
