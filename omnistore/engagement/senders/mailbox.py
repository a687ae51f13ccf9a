"""The demo's backends, which store every message for /mailbox/ and send nothing."""

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from omnistore.engagement.models import MailboxMessage


class EmailBackend(BaseEmailBackend):
    """Django's e-mail backend, for every e-mail of the shop, including codes."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Store e-mails, one row for each recipient."""
        MailboxMessage.objects.bulk_create(
            MailboxMessage(medium="email", recipient=recipient, subject=str(mail.subject)[:300], body=str(mail.body))
            for mail in email_messages
            for recipient in mail.recipients()
        )
        return len(email_messages)


class SmsBackend:
    """The backend for texts."""

    def send(self, phone: str, text: str) -> None:
        """Store a text."""
        MailboxMessage.objects.create(medium="sms", recipient=phone, body=text)
