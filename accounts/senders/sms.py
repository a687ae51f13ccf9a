"""Text messages, through whatever the shop has switched on."""

from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string


class SmsBackend(Protocol):
    """What a class named in settings.SMS_BACKEND can do; it is made without arguments for each message."""

    def send(self, phone: str, text: str) -> None:
        """Send a text to a number in E.164."""


def send_sms(phone: str, text: str) -> None:
    """
    Send a text to a number in E.164.

    Without a backend nothing is sent and the attempt is an error: a shop that offers codes by text needs one.
    """
    backend: SmsBackend = import_string(settings.SMS_BACKEND)()
    backend.send(phone, text)
