from datetime import timedelta

import pytest
from django.core import mail

from omnistore.engagement.media import all_media
from omnistore.engagement.media.base import SendError
from omnistore.engagement.media.email import Email
from omnistore.engagement.models import Message
from omnistore.engagement.queries.failures import count_failed_messages
from omnistore.engagement.rules.policy import OLDEST_NEWS
from omnistore.engagement.services.messages import LEASE, MOST_ATTEMPTS, NotFailed, send_again, send_queued_messages


class Line:
    """A medium that stores its messages, or raises a given error."""

    def __init__(self, error=None):
        self.sent, self.error = [], error

    def send(self, message):
        if self.error:
            raise self.error
        self.sent.append(message.pk)


@pytest.fixture
def line(monkeypatch):
    line = Line()
    monkeypatch.setitem(all_media(), "email", line)
    return line


@pytest.fixture
def killed(line):
    """A run whose process ends between sending a message and recording it."""

    def run(now):
        line.error = SystemExit()
        with pytest.raises(SystemExit):
            send_queued_messages(now=now)
        line.error = None

    return run


def make_message(now, *, event_id=1, **fields):
    return Message.objects.create(
        event_id=event_id, kind="order_placed", medium="email", recipient="ana@example.com", language="en",
        subject="Hello", body="Hello", html="<p>Hello</p>", next_attempt_at=now, created_at=now, **fields,
    )  # fmt: skip


@pytest.mark.django_db(transaction=True)
class TestSending:
    def test_sends_each_due_message_once(self, line, now):
        message = make_message(now)
        make_message(now, event_id=2).delete()

        assert send_queued_messages(now=now) == 1
        assert send_queued_messages(now=now) == 0

        assert line.sent == [message.pk]
        message.refresh_from_db()
        assert (message.state, message.sent_at) == (Message.SENT, now)

    def test_an_email_has_text_and_html(self, now):
        make_message(now)

        send_queued_messages(now=now)

        assert (mail.outbox[0].to, mail.outbox[0].body) == (["ana@example.com"], "Hello")
        assert mail.outbox[0].alternatives[0][1] == "text/html"

    def test_both_attempts_at_an_email_have_the_same_message_id_and_two_messages_do_not(self, now):
        for event_id in (1, 2):
            message = make_message(now, event_id=event_id)
            for _time in range(2):
                Email().send(message)

        identities = [email.message()["Message-ID"] for email in mail.outbox]

        assert identities[0] == identities[1] != identities[2] == identities[3]
        assert identities[0].endswith("@localhost>")

    def test_retries_later_when_the_server_is_down(self, line, now):
        message = make_message(now)
        line.error = SendError("Nobody answers.", permanent=False)

        assert send_queued_messages(now=now) == 0

        message.refresh_from_db()
        assert (message.state, message.error) == (Message.QUEUED, "Nobody answers.")
        line.error = None
        assert send_queued_messages(now=now) == 0
        assert send_queued_messages(now=now + timedelta(minutes=1)) == 1

    def test_gives_up_after_many_attempts(self, line, now):
        message = make_message(now, attempts=MOST_ATTEMPTS - 1)
        line.error = SendError("Nobody answers.", permanent=False)

        send_queued_messages(now=now)

        message.refresh_from_db()
        assert message.state == Message.FAILED

    def test_gives_up_at_once_on_a_permanent_failure(self, line, now):
        message = make_message(now)
        line.error = SendError("No such address.", permanent=True)

        send_queued_messages(now=now)

        message.refresh_from_db()
        assert message.state == Message.FAILED

    def test_a_message_whose_worker_was_killed_while_sending_is_sent_once_more(self, line, now, killed):
        message = make_message(now)
        killed(now)

        assert send_queued_messages(now=now + timedelta(minutes=5)) == 0
        assert send_queued_messages(now=now + LEASE + timedelta(seconds=1)) == 1

        assert line.sent == [message.pk]
        message.refresh_from_db()
        assert (message.state, message.interruptions) == (Message.SENT, 1)
        assert count_failed_messages() == 0

    def test_a_message_that_is_interrupted_again_waits_for_staff(self, line, now, killed):
        message = make_message(now)
        later, at_last = (now + (LEASE + timedelta(seconds=1)) * times for times in (1, 2))
        killed(now)
        killed(later)

        assert send_queued_messages(now=at_last) == 0

        assert line.sent == []
        message.refresh_from_db()
        assert message.state == Message.FAILED
        assert "may have gone out" in message.error
        assert count_failed_messages() == 1

    def test_an_interrupted_message_that_is_no_news_any_more_waits_for_staff(self, line, now, killed):
        message = make_message(now)
        killed(now)

        assert send_queued_messages(now=now + OLDEST_NEWS + timedelta(seconds=1)) == 0

        message.refresh_from_db()
        assert (message.state, line.sent) == (Message.FAILED, [])

    def test_staff_send_a_failed_message_again(self, line, now):
        message = make_message(now, state=Message.FAILED, attempts=MOST_ATTEMPTS)

        send_again(message, now=now)

        assert send_queued_messages(now=now) == 1
        with pytest.raises(NotFailed):
            send_again(message, now=now)
        assert line.sent == [message.pk]


def test_an_email_server_that_does_not_answer_is_retried(settings, now):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1

    with pytest.raises(SendError) as error:
        Email().send(Message(recipient="ana@example.com", body="Hello", created_at=now))

    assert error.value.permanent is False
