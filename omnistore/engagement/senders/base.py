"""The interface of all senders."""

from typing import Protocol

from omnistore.engagement.models import Message


class SendError(Exception):
    """
    The message was not sent. permanent: a retry would not help, or might send it twice.
    """

    def __init__(self, reason: str, *, permanent: bool) -> None:
        super().__init__(reason)
        self.permanent = permanent


class Sender(Protocol):
    """Sends messages of one medium."""

    def send(self, message: Message) -> None:
        """Send a message immediately; call this outside transactions. Raises SendError."""
