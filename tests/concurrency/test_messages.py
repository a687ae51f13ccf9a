"""Several workers look for messages to send at the same moment; nobody gets a message twice."""

from datetime import UTC, datetime

import pytest
from django.db.models import QuerySet

from omnistore.engagement.media import all_media
from omnistore.engagement.models import Message
from omnistore.engagement.services.messages import send_queued_messages
from tests.concurrency.racing import Meeting, race

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


class Line:
    """A medium that keeps the messages it gets."""

    def __init__(self):
        self.sent = []

    def send(self, message):
        self.sent.append(message.pk)


@pytest.fixture
def line(monkeypatch):
    line = Line()
    monkeypatch.setitem(all_media(), "email", line)
    return line


def make_message(event_id):
    return Message.objects.create(
        event_id=event_id, kind="order_placed", medium="email", recipient="ana@example.com", language="en",
        subject="Hello", body="Hello", html="<p>Hello</p>", next_attempt_at=NOW, created_at=NOW,
    )  # fmt: skip


def test_each_message_is_sent_once(line):
    queued = [make_message(number).pk for number in range(20)]

    went_out = race([lambda: send_queued_messages(now=NOW)] * 4)

    assert sorted(line.sent) == queued
    assert sum(went_out) == 20


def test_without_the_lock_each_worker_would_send_it(line, monkeypatch):
    """Negative control: only the worker that holds a message's row may mark it."""
    message = make_message(1)
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **options: self)
    monkeypatch.setattr(Message, "save", Meeting(4).before(Message.save))

    went_out = race([lambda: send_queued_messages(now=NOW)] * 4)

    assert went_out == [1] * 4
    assert line.sent == [message.pk] * 4
