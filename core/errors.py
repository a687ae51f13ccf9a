"""Business refusals."""

from typing import Any


def gettext_noop(message: str) -> str:
    """Mark a text for translation where rules may not translate it; `core.web.api.problems.text_of` does."""
    return message


class Refusal(Exception):
    """
    A business "no": expected, safe to show, and nothing was changed.

    Subclass it beside the function that raises it, with a stable `code` that clients may rely on. The message is for
    people: what is wrong and what to do; `details` are typed figures for programs. Details whose values
    are lazy or translated texts belong in the message instead. A message raised in a rule is only marked for
    translation, and may name details, as "%(sku)s"; core.web.api.problems.text_of translates it.
    """

    code = "refused"
    status = 409
    retry_seconds = 1  # When the same request may succeed, where the status is one of those that say so.

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.details = details

    def __str__(self) -> str:
        return str(self.message)


class NotFound(Refusal):
    """The object does not exist, or the caller may not know of it; both look the same to the caller."""

    code = "not_found"
    status = 404


class NotAllowed(Refusal):
    """The caller is signed in, and may not do this."""

    code = "not_allowed"
    status = 403


class Malformed(Refusal):
    """The request is malformed; field names the wrong part."""

    code = "invalid"
    status = 400


class TooManyRequests(Refusal):
    """The caller tries too often; they may try again later."""

    code = "too_many_requests"
    status = 429


class LimitMet(TooManyRequests):
    """As much is in use as a limit allows. most: how much that is; retry_after: seconds until a place is free."""

    def __init__(self, message: str, *, most: int, retry_after: int) -> None:
        super().__init__(message, most=most, retry_after=retry_after)
        self.retry_seconds = retry_after
