"""Keys in one form, and names that can or cannot be one person's."""

from __future__ import annotations

import pytest

from copilot.domain import Customer, Interaction
from copilot.identity import Key, email_key, external_key, fit, keys_of, phone_key
from copilot.identity.keys import keys_of_contact


def test_an_address_is_a_key_in_lower_case_with_its_tag() -> None:
    assert email_key(" Anna.Berg+shop@Example.COM ") == Key("email", "anna.berg+shop@example.com")
    assert email_key("anna.berg@example.com") != email_key("anna.berg+shop@example.com")


@pytest.mark.parametrize("address", ["info@acme.example", "Sales@acme.example", "no at", "a@b", ""])
def test_a_desks_address_and_no_address_are_no_key(address: str) -> None:
    assert email_key(address) is None


def test_a_number_is_a_key_in_international_form() -> None:
    written = ("+49 170 1234567", "0049 (170) 123-4567", "+491701234567")
    assert {phone_key(number) for number in written} == {Key("phone", "+491701234567")}


def test_a_national_number_is_a_key_only_where_a_region_is_declared() -> None:
    assert phone_key("0170 1234567") is None
    assert phone_key("0170 1234567", "DE") == Key("phone", "+491701234567")


def test_an_id_is_a_key_within_its_system() -> None:
    assert external_key("Zendesk", " 81 ") == Key("external:zendesk", "81")
    assert external_key("zendesk", "81") != external_key("shopify", "81")
    assert external_key("zendesk", " ") is None


def test_a_record_carries_all_its_keys() -> None:
    customer = Customer(
        "c", emails=("A@x.example", "info@x.example"), phones=("+44 20 7946 0018", "0171 1"),
        external_ids={"crm": "7"},
    )  # fmt: skip
    assert keys_of(customer) == {
        Key("email", "a@x.example"), Key("phone", "+442079460018"), Key("external:crm", "7"),
    }  # fmt: skip


def test_a_contact_tells_its_customers_keys() -> None:
    told = Interaction(
        "i", (), customer_id="81", meta={"source": "zendesk", "email": "A@x.example"}
    )
    assert set(keys_of_contact(told)) == {
        Key("email", "a@x.example"), Key("external:zendesk", "81"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        ("Anna Berg", "BERG, Anna", "same"),
        ("Dr. Anna Berg", "Anna M. Berg", "same"),
        ("Jürgen Müller", "Juergen Mueller", "same"),
        ("Anna Berg", "A. Berg", "maybe"),
        ("Anna", "Anna Berg", "maybe"),
        ("Berg", "Anna Berg", "maybe"),
        ("", "Anna Berg", "maybe"),
        ("Anna", "Anna", "maybe"),
        ("Anna Berg", "Peter Berg", "other"),
        ("Anna Berg", "Anna Thiel", "other"),
        ("Mr Berg", "Mrs Berg", "other"),
        ("John Ward Sr", "John Ward Jr", "other"),
        ("John Ward", "John Ward Jr", "other"),
        ("Lumora Ltd", "Anna Berg", "other"),
    ],
)
def test_names_fit_only_where_they_can_be_one_person(one: str, two: str, expected: str) -> None:
    assert fit(one, two) == fit(two, one) == expected
