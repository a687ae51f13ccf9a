"""The interface of all media."""

from dataclasses import dataclass
from typing import Any, Protocol

from omnistore.engagement.models import Message
from omnistore.engagement.rules.content import Content


class SendError(Exception):
    """
    The message was not sent. permanent: a retry would not help, or might send it twice.
    """

    def __init__(self, reason: str, *, permanent: bool) -> None:
        super().__init__(reason)
        self.permanent = permanent


@dataclass(frozen=True, slots=True)
class Layout:
    """A notification as one medium sends it."""

    body: str
    subject: str = ""
    html: str = ""


class Medium(Protocol):
    """
    One way to reach people; each stands in a folder of its own as `medium`, and is known by the folder's name.

    title: its name, lazily translated. address: the kind of address it takes. rank: the lower, the earlier it is tried
    for people who prefer none.
    """

    title: Any
    address: str
    rank: int

    def is_on(self) -> bool:
        """Return whether the settings let the shop send by it."""

    def lay_out(self, content: Content, *, language: str) -> Layout:
        """Lay out a notification within the medium's limits."""

    def send(self, message: Message) -> None:
        """Send a message immediately; call this outside transactions. Raises SendError."""
