"""An SMS backend that stores every text."""

from typing import ClassVar


class Texts:
    """The backend for texts in these tests; sent lists (number, text), oldest first."""

    sent: ClassVar[list[tuple[str, str]]] = []

    def send(self, phone: str, text: str) -> None:
        self.sent.append((phone, text))
