"""Texts through the shop's SMS backend."""

from accounts.senders.sms import SmsError, send_sms
from omnistore.engagement.models import Message
from omnistore.engagement.senders.base import SendError


class SmsSender:
    """Sends the text to a number in E.164."""

    def send(self, message: Message) -> None:
        """Send a text. Raises SendError."""
        try:
            send_sms(message.recipient, message.body)
        except SmsError as error:
            raise SendError(str(error), permanent=error.permanent) from error
