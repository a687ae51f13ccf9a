"""Texts through the shop's SMS backend."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.senders.sms import SmsError, send_sms
from omnistore.engagement.media.base import Layout, Medium, SendError
from omnistore.engagement.models import Message
from omnistore.engagement.rules.content import Content, shortened
from omnistore.engagement.rules.recipients import PHONE

# Ten parts of 67 characters, which is what phones join of texts that are not Latin.
LONGEST = 670


class Sms:
    """Sends the text to a number in E.164."""

    title = _("SMS")
    address = PHONE
    rank = 2

    def is_on(self) -> bool:
        """Return whether the shop has a backend for texts."""
        return bool(settings.SMS_BACKEND)

    def lay_out(self, content: Content, *, language: str) -> Layout:
        """Take the short text alone."""
        return Layout(body=shortened(content.text, LONGEST))

    def send(self, message: Message) -> None:
        """Send a text. Raises SendError."""
        try:
            send_sms(message.recipient, message.body)
        except SmsError as error:
            raise SendError(str(error), permanent=error.permanent) from error


medium: Medium = Sms()
