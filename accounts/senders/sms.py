"""Text messages through the configured backend."""

from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from core.network import about_to_call


class SmsError(Exception):
    """The text was not sent. permanent: a retry would not help."""

    def __init__(self, message: str, *, permanent: bool) -> None:
        super().__init__(message)
        self.permanent = permanent


class SmsBackend(Protocol):
    """The interface of the class in settings.SMS_BACKEND; it is created without arguments for each message."""

    def send(self, phone: str, text: str) -> None:
        """Send a text to a number in E.164. Raises SmsError."""


def send_sms(phone: str, text: str) -> None:
    """
    Send a text to a number in E.164 immediately; call this outside transactions.

    Raises SmsError, also if the shop has no backend for texts.
    """
    if not settings.SMS_BACKEND:
        raise SmsError("SMS_BACKEND is not set.", permanent=True)
    about_to_call("the sender of texts")
    backend: SmsBackend = import_string(settings.SMS_BACKEND)()
    backend.send(phone, text)
