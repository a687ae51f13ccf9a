"""The demo's way of sending: everything is kept, to be read at /mailbox/, and nothing leaves."""

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from omnistore.engagement.models import MailboxMessage


class EmailBackend(BaseEmailBackend):
    """Django's side of it: every mail the shop sends, codes included."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Keep mails, one row for each recipient."""
        MailboxMessage.objects.bulk_create(
            MailboxMessage(medium="email", recipient=recipient, subject=str(mail.subject)[:300], body=str(mail.body))
            for mail in email_messages
            for recipient in mail.recipients()
        )
        return len(email_messages)


class SmsBackend:
    """The same for texts."""

    def send(self, phone: str, text: str) -> None:
        """Keep a text."""
        MailboxMessage.objects.create(medium="sms", recipient=phone, body=text)
