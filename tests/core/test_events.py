from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

import pytest
from django.utils.translation import ngettext_lazy, override

from accounts.events import TierChanged
from core.actors import THE_SYSTEM
from core.journal import Entry, Event, event_class, publish
from core.models import JournalEntry
from core.texts.wording import choice, count, money, number, ref, worded

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class BellRung(Event):
    """A bell was rung."""

    kind: ClassVar[str] = "bell.rung"
    times: int


@dataclass(frozen=True, kw_only=True)
class BellCast(Event):
    """A bell was cast; since the second version the event says of what."""

    kind: ClassVar[str] = "bell.cast"
    version: ClassVar[int] = 2
    metal: str


@dataclass(frozen=True, kw_only=True)
class BellHeard(Event, family="heard"):
    """A kind that its entries make."""

    kind: str  # type: ignore[misc]


def entry(**payload):
    return Entry(1, "bell.rung", NOW, 1, "web", "", None, "B-1", payload)


def test_an_entry_knows_the_version_by_which_it_was_written(db):
    publish(
        BellRung(by=THE_SYSTEM, occurred_at=NOW, times=3),
        BellCast(by=THE_SYSTEM, occurred_at=NOW, metal="bronze"),
    )

    payloads = dict(JournalEntry.objects.filter(kind__startswith="bell.").values_list("kind", "payload"))

    assert payloads == {"bell.rung": {"times": 3}, "bell.cast": {"metal": "bronze", "version": 2}}
    assert [entry(**payload).version for _kind, payload in sorted(payloads.items())] == [2, 1]


def test_a_class_is_known_by_its_kind_or_by_the_first_part_of_it():
    assert event_class("bell.rung") is BellRung
    assert event_class("heard.at_noon") is BellHeard
    assert event_class("bell.lost") is None


def test_words_are_written_with_the_readers_digits_and_money():
    words = worded("%(number)s %(sku)s: %(times)s, %(price)s", sku=ref, times=number("times"), price=money("amount"))

    with override("fa"):
        said = words(entry(times=12, amount=2580, currency="EUR"))

    assert said.startswith("B-1 B-1: ۱۲, ")
    assert "۲۵٫۸۰" in said


def test_words_have_the_plural_form_of_their_count():
    words = worded(
        ngettext_lazy("%(times)s time", "%(times)s times", "count"), count=count("times"), times=number("times")
    )

    with override("en"):
        said = [words(entry(times=times)) for times in (1, 2)]

    assert said == ["1 time", "2 times"]


def test_a_code_is_worded_as_the_choice_of_its_model_and_an_unknown_one_as_it_is():
    words = worded("%(kind)s", kind=choice("balance", "accounts.Balance", field="kind"))

    with override("en"):
        said = [words(entry(balance=code)) for code in ("credit", "shells")]

    assert said == ["Store credit", "shells"]


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ({"tier": "gold", "name": {"en": "Gold", "de": "Goldstufe"}, "is_up": True}, "Status erreicht: Goldstufe"),
        ({"tier": "gold", "is_up": True}, "Status erreicht: gold"),
        ({"tier": "gold", "name": {"en": "Gold"}, "is_up": False}, "Aktueller Status: Gold"),
        ({"tier": "", "name": {}, "is_up": False}, "Kein Status mehr"),
    ],
)
def test_the_words_of_a_tier_need_no_statement(payload, expected):
    """A timeline of many tiers would otherwise ask once for each; there is no database here at all."""
    with override("de"):
        assert TierChanged.words(entry(**payload)) == expected
