"""What every API view shares: strict input, ready-made output, one form of error, one way to page."""

import base64
import binascii
import random
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson
from django.conf import settings
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions, parsers, renderers, serializers
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.card_numbers import holds_card_number
from core.errors import Malformed, Refusal
from core.problems import RETRYABLE, problem_of, sqlstate_of

LARGEST_BODY_BYTES = 1_000_000
DEFAULT_LIMIT, LARGEST_LIMIT = 20, 100
MOST_RETRIES = 3
GOODS_BY_DIGITS = {"sku", "barcode"}  # May look like the number of a card by chance.


class BodyTooLarge(exceptions.APIException):
    """The body is larger than any request of ours."""

    status_code = 413
    default_detail = "The request is too large."


class JSONBody(parsers.BaseParser):
    """Reads a JSON body of bounded size; its text must be valid UTF-8."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        # One byte past the limit tells an honest body from one that lies about its length.
        body = stream.read(LARGEST_BODY_BYTES + 1)
        if len(body) > LARGEST_BODY_BYTES:
            raise BodyTooLarge()
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise exceptions.ParseError(_("The body is not valid JSON: %s") % error) from error


class StrictSerializer(serializers.Serializer[Any]):
    """Checks the form of a request and refuses fields it does not know, so that a misspelt one is not lost."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = {
                name: [exceptions.ErrorDetail(_("There is no such field."), code="unknown_field")]
                for name in data
                if name not in self.fields
            }
            if unknown:
                raise serializers.ValidationError(unknown)
            cards = [name for name, text in data.items() if _holds_card(name, text)]
            if cards:
                words = _("This looks like a card number. It belongs into the payment provider's own fields alone.")
                raise serializers.ValidationError(
                    {name: [exceptions.ErrorDetail(words, code="card_number")] for name in cards}
                )
        return super().to_internal_value(data)


def _holds_card(name: str, text: object) -> bool:
    return isinstance(text, str) and name not in GOODS_BY_DIGITS and holds_card_number(text)


class Negotiation(DefaultContentNegotiation):
    """Answers in JSON where there is nothing else, whatever the client says it accepts; RFC 9110 (12.4.1) allows it."""

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> Any:
        if len(renderers) == 1 and renderers[0].media_type == JSONBody.media_type:
            return renderers[0], renderers[0].media_type
        return super().select_renderer(request, renderers, format_suffix)


class Door(APIView):
    """
    A view of the API: translates in, makes one call into the domain, translates out.

    A request that lost a deadlock or serialization conflict is run again, up to three times: its transaction left
    nothing behind. One with an Idempotency-Key that is refused is given the answer it had before, if it had one.
    """

    parser_classes = [JSONBody]
    renderer_classes = [renderers.JSONRenderer]
    content_negotiation_class = Negotiation

    @property
    def default_response_headers(self) -> dict[str, str]:
        """What every answer says; DRF works it out anew for each of them."""
        return dict(_headers_of(type(self)))  # type: ignore[arg-type]  # Classes can be hashed.

    def handle_exception(self, exc: Exception) -> Any:
        handler: Callable[..., Response] = getattr(self, str(self.request.method).lower(), self.http_method_not_allowed)
        for attempt in range(MOST_RETRIES):
            if not (isinstance(exc, OperationalError) and sqlstate_of(exc) in RETRYABLE):
                break
            time.sleep(random.uniform(0.005, 0.02) * 2**attempt)  # noqa: S311 - jitter, not a secret
            try:
                return handler(self.request, *self.args, **self.kwargs)
            except Exception as again:
                exc = again
        claim = getattr(self.request, "claim", None)
        if isinstance(exc, Refusal) and claim is not None:
            # What a request names may be gone when it is sent again: a card was struck out, a till was closed.
            first_answer: HttpResponse | None = claim.first_answer()
            if first_answer is not None:
                return first_answer
        return super().handle_exception(exc)


@cache
def _headers_of(door: type[Door]) -> dict[str, str]:
    headers: dict[str, str] = super(Door, door()).default_response_headers
    return headers


def handle_exception(error: Exception, context: Mapping[str, Any]) -> HttpResponse | None:
    """Render an exception as problem+json; None lets our own faults crash (and be logged) as they should."""
    return problem_of(error)


def answer(
    data: Any, *, status: int = 200, headers: Mapping[str, str] | None = None, cache: str = "no-store"
) -> HttpResponse:
    """Answer with data as JSON. cache: the Cache-Control header; personal answers must not be stored."""
    return answer_bytes(orjson.dumps(data, default=str), status=status, headers=headers, cache=cache)


class JSONAnswer(HttpResponse):
    """Ready JSON; its headers are handed to the server as they are kept, not looked up by name one by one."""

    def items(self) -> Iterable[tuple[str, str]]:
        return self.headers._store.values()


def answer_bytes(
    body: bytes, *, status: int = 200, headers: Mapping[str, str] | None = None, cache: str = "no-store"
) -> HttpResponse:
    """Answer with JSON that is already written."""
    return JSONAnswer(
        body,
        status=status,
        content_type="application/json",
        headers={"Cache-Control": cache, **(headers or {})},
    )


def checked(serializer: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """Return the body of a request as the serializer reads it. Raises ValidationError naming each wrong field."""
    return checked_values(serializer, request.data)


def checked_query(serializer: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """Return the query parameters of a request as the serializer reads them; each may be given once."""
    for name, values in request.query_params.lists():
        if len(values) > 1:
            raise Malformed(_("Give %s once.") % name, field=name)
    return checked_values(serializer, request.query_params.dict())


def checked_values(serializer: type[serializers.Serializer[Any]], given: Any) -> dict[str, Any]:
    """Return values as the serializer reads them. Raises ValidationError naming each wrong field."""
    # A new serializer copies every field below it, which costs more than all the checking; one that was made before
    # holds nothing of the requests that it has read.
    try:
        return dict(_reader(serializer).run_validation(given))
    except serializers.ValidationError:
        serializer(data=given).is_valid(raise_exception=True)
        raise


@cache
def _reader(serializer: type[serializers.Serializer[Any]]) -> serializers.Serializer[Any]:
    return serializer()


@dataclass(frozen=True, slots=True)
class Page:
    """The part of a list that is asked for: so many rows behind the key of the last row seen."""

    limit: int
    after: list[Any] | None

    @property
    def fetch(self) -> int:
        """How many rows to read: one more than asked for tells whether there is a next page."""
        return self.limit + 1


class PageQuery(StrictSerializer):
    """The query parameters of every list."""

    limit = serializers.IntegerField(min_value=1, max_value=LARGEST_LIMIT, default=DEFAULT_LIMIT)
    cursor = serializers.CharField(required=False, max_length=400)


def page_of(query: Mapping[str, Any]) -> Page:
    """Return the page that checked query parameters ask for. Raises Malformed for a cursor we did not make."""
    if "cursor" not in query:
        return Page(query["limit"], None)
    try:
        after = orjson.loads(base64.urlsafe_b64decode(query["cursor"]))
    except (binascii.Error, orjson.JSONDecodeError, ValueError):
        after = None
    if not isinstance(after, list):
        raise Malformed(_("This cursor is not one of ours; begin again without it."), field="cursor")
    return Page(query["limit"], after)


def page_json(
    request: HttpRequest | Request, page: Page, rows: Sequence[Any], *, key: Callable[[Any], list[Any]]
) -> dict[str, Any]:
    """
    Shape rows as a list answer with the address of the next page.

    rows: up to page.fetch of them, in order. key: what orders a row, ready for JSON; it becomes the cursor. Returns
    results as the rows themselves; the caller shapes them before or after.
    """
    shown = list(rows[: page.limit])
    following = None
    if cursor := next_cursor(page, rows, key=key):
        following = address_with(request, cursor=cursor)
    return {"results": shown, "next": following}


def address_with(request: HttpRequest | Request, **parameters: str) -> str:
    """
    Return the whole address of a request with some of its parameters replaced.

    It begins as all addresses of the shop do, whatever host a proxy has asked this process by.
    """
    query = request.GET.copy()
    for name, value in parameters.items():
        query[name] = value
    return f"{settings.PUBLIC_URL}{request.path}?{query.urlencode()}"


def next_cursor(page: Page, rows: Sequence[Any], *, key: Callable[[Any], list[Any]]) -> str:
    """Return the cursor of the next page, empty if there is none. rows, key: as for page_json."""
    if len(rows) <= page.limit:
        return ""
    return base64.urlsafe_b64encode(orjson.dumps(key(rows[page.limit - 1]), default=str)).decode()
