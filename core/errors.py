"""The shop's way to say no."""

from typing import Any


def gettext_noop(message: str) -> str:
    """Mark a text for translation where rules may not translate: `core.web.problems.text_of` translates it later."""
    return message


class Refusal(Exception):
    """
    A business "no": expected, safe to show, and nothing was changed.

    Subclass it beside the function that raises it, with a stable `code` that clients may rely on. The message is
    for people, says what is wrong and what to do; `details` are typed figures for programs. Details whose values
    are lazy or translated texts belong in the message instead. A message raised in a rule is marked only, and may
    name details, as "%(sku)s"; core.web.problems.text_of puts it into the reader's language.
    """

    code = "refused"
    status = 409

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.details = details

    def __str__(self) -> str:
        return str(self.message)


class NotFound(Refusal):
    """The thing does not exist, or is not the asker's to know of; both look the same from outside."""

    code = "not_found"
    status = 404


class NotAllowed(Refusal):
    """The asker is known, and may not do this."""

    code = "not_allowed"
    status = 403


class Malformed(Refusal):
    """The request makes no sense as it stands; field names the part that is wrong."""

    code = "invalid"
    status = 400
