"""Order numbers as people type or scan them."""

from core.texts.spelling import plain_text


def typed_order_number(text: str) -> str:
    """Return the number in a search field: digits of any script, with or without #, or the link that has it last."""
    return plain_text(text).rstrip("/").rpartition("/")[2].removeprefix("#").strip()
