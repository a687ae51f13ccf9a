"""What every class of events declares: its fields by version, its words, its notifications."""

import json
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from types import NoneType, UnionType
from typing import get_args, get_origin

import pytest
from django.conf import settings
from django.utils.translation import override

from accounts.queries.timeline import summary_of
from core.actors import THE_SYSTEM
from core.journal import Entry, Event, ShopEvent, event_classes
from omnistore.engagement.queries.recipients import RESOLVERS
from omnistore.engagement.queries.subjects import SUBJECTS
from omnistore.engagement.queries.templates import read_template, template_files, template_named
from omnistore.management.commands.messages import SOURCES

SCHEMAS_FILE = Path(__file__).with_name("event_schemas.json")
SCHEMAS = json.loads(SCHEMAS_FILE.read_text())
EVENTS = {kind: event for kind, event in event_classes().items() if event.__module__.split(".")[0] in SOURCES}
OF_CUSTOMERS = sorted(kind for kind, event in EVENTS.items() if not issubclass(event, ShopEvent))
COMMON = {field.name for field in fields(Event)} | {"kind"}
TYPES = {int: "integer", str: "string", bool: "boolean", NoneType: "null", dict: "object"}
SAMPLES = {int: 3, str: "EUR", bool: True, list: ["name"], dict: {}}
CODES = {"cause": "earned", "balance": "credit", "medium": "email", "purpose": "marketing"}


def schema_of(event):
    """The JSON schema of the payload's properties."""
    return {field.name: _schema(field.type) for field in fields(event) if field.name not in COMMON}


def breach_of(kind, event, versions):
    """Say what is wrong with the file's versions of one event; nothing if they are right."""
    known, schema = versions.get(str(event.version)), schema_of(event)
    if known == schema and list(versions) == [str(version) for version in range(1, event.version + 1)]:
        return ""
    return (
        f"The fields of {kind} ({event.__module__}) are not those of its version {event.version}. Entries of the old "
        f"version stay in the journal: raise `version` in the class, and describe the new version below the old ones "
        f"in {SCHEMAS_FILE.name}: {json.dumps(schema)}"
    )


def _schema(declared):
    if isinstance(declared, UnionType):
        return [TYPES[option] for option in get_args(declared)]
    if get_origin(declared) is list:
        return {"type": "array", "items": _schema(get_args(declared)[0])}
    return TYPES[get_origin(declared) or declared]


def sample_of(kind, event):
    payload = {}
    for field in fields(event):
        options = [option for option in get_args(field.type) if option is not NoneType]
        declared = options[0] if isinstance(field.type, UnionType) else get_origin(field.type) or field.type
        if field.name not in COMMON:
            payload[field.name] = CODES.get(field.name, SAMPLES[declared])
    return Entry(1, kind, datetime(2026, 11, 21, tzinfo=UTC), 1, "web", "", None, "100042", payload)


def test_a_change_of_fields_raises_the_version_of_an_event():
    breaches = [breach_of(kind, event, SCHEMAS.get(kind, {})) for kind, event in EVENTS.items()]

    assert list(filter(None, breaches)) == []
    assert sorted(SCHEMAS) == sorted(EVENTS)


def test_a_changed_field_without_a_new_version_is_found():
    """Negative control: each way in which the file and a class may disagree."""
    event = EVENTS["order.placed"]
    right = schema_of(event)

    assert breach_of("order.placed", event, {"1": right}) == ""
    assert "raise `version`" in breach_of("order.placed", event, {"1": {**right, "units": "string"}})
    assert "raise `version`" in breach_of("order.placed", event, {"1": {**right, "more": "integer"}})
    assert "raise `version`" in breach_of("order.placed", event, {"2": right})
    assert "raise `version`" in breach_of("order.placed", event, {"1": right, "2": right})


@pytest.mark.parametrize("kind", OF_CUSTOMERS)
def test_an_event_of_a_customer_has_words_in_every_language(kind, db):
    entry = sample_of(kind, EVENTS[kind])
    assert EVENTS[kind].words is not None, f"{kind} has no words for the timeline."
    said = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            said[language] = summary_of(entry)

    assert all(said.values())
    assert not [words for words in said.values() if "%(" in words]
    # The regions of one language may well say the same.
    languages = {code.partition("-")[0] for code, _name in settings.LANGUAGES}
    assert len(set(said.values())) >= len(languages), said


def test_an_event_of_the_shop_cannot_be_of_a_customer():
    with pytest.raises(TypeError, match="customer_id"):
        EVENTS["till.opened"](by=THE_SYSTEM, occurred_at=None, session_id=1, customer_id=1)


def test_events_are_declared_where_every_process_reads_them():
    """The words of an entry are those of its class, so the class must be known even where nobody publishes it."""
    astray = [f"{event.__module__}.{event.__name__}" for kind, event in EVENTS.items() if kind in OF_CUSTOMERS]

    assert [name for name in astray if name.split(".")[1] != "events"] == []


def test_a_notification_names_a_template_a_subject_and_recipients_that_exist():
    for event in EVENTS.values():
        for notification in event.notifications:
            assert template_named(notification.template).subject
            assert notification.subject in SUBJECTS
            assert notification.recipients in RESOLVERS


def test_every_template_is_one_that_an_event_names_and_names_are_unique():
    files = list(template_files())
    named = {notification.template for event in EVENTS.values() for notification in event.notifications}

    assert sorted(path.stem for path in files) == sorted(named)
    assert all(read_template(path).text for path in files)
