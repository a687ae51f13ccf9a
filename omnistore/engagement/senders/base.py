"""What every way of sending has in common."""

from typing import Protocol

from omnistore.engagement.models import Message


class SendError(Exception):
    """
    The message did not go out. permanent: trying again would not help, or might send it twice.
    """

    def __init__(self, reason: str, *, permanent: bool) -> None:
        super().__init__(reason)
        self.permanent = permanent


class Sender(Protocol):
    """Hands messages of one medium to the outside."""

    def send(self, message: Message) -> None:
        """Send a message, now: call it outside of transactions. Raises SendError."""
