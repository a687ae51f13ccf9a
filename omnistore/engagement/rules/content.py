"""A notification in words, before a medium lays it out."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Block:
    """Facts under a heading, as label and value."""

    heading: str
    facts: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Content:
    """
    What one person reads. text: the whole content in the length of a text message.

    lines: goods, as quantity, name and amount. totals: label and amount.
    """

    subject: str
    text: str
    paragraphs: Sequence[str]
    blocks: Sequence[Block]
    lines: Sequence[tuple[str, str, str]]
    totals: Sequence[tuple[str, str]]


def shortened(text: str, longest: int) -> str:
    """Return a text of at most so many characters, with a sign where it was cut."""
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"
