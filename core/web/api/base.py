"""What every API view shares: strict input, ready-made output, one error format, one way to paginate."""

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

from core.errors import Malformed, Refusal
from core.web import headers
from core.web.api.fast_parser import StrictSerializer as StrictSerializer
from core.web.api.fast_parser import checked_values as checked_values
from core.web.api.fast_parser import list_of as list_of
from core.web.api.problems import RETRYABLE, problem_of, sqlstate_of
from core.web.headers import put

LARGEST_BODY_BYTES = 1_000_000
MOST_VALUES = 10_000
DEFAULT_LIMIT, LARGEST_LIMIT = 20, 100
LARGEST_ID = 2**63 - 1
MOST_RETRIES = 3


class BodyTooLarge(exceptions.APIException):
    """The body is larger than any request this API accepts."""

    status_code = 413
    default_detail = "The request is too large."


class JSONBody(parsers.BaseParser):
    """Reads a JSON body of bounded size; its text must be valid UTF-8."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        # Reading one byte past the limit detects a body that is longer than its declared length.
        body = stream.read(LARGEST_BODY_BYTES + 1)
        # Counted before it is parsed: each value is read in microseconds, but a megabyte holds half a million of them.
        if len(body) > LARGEST_BODY_BYTES or body.count(b",") >= MOST_VALUES:
            raise BodyTooLarge()
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise exceptions.ParseError(_("The body is not valid JSON: %s") % error) from error


class Negotiation(DefaultContentNegotiation):
    """Selects the JSON parser directly for the plain media type, which nearly all requests have."""

    def select_parser(self, request: Request, parsers: Iterable[parsers.BaseParser]) -> Any:
        plain = (parser for parser in parsers if parser.media_type == request.content_type)
        return next(plain, None) or super().select_parser(request, parsers)


class ApiView(APIView):
    """
    A view of the API: translates in, makes one call into the domain, translates out.

    A request that lost a deadlock or serialization conflict is run again, up to three times: its transaction was rolled
    back. A refused request with an Idempotency-Key gets its earlier response, if it has one.
    """

    parser_classes = [JSONBody]
    renderer_classes = [renderers.JSONRenderer]
    content_negotiation_class = Negotiation
    default_response_headers: dict[str, str] = {}  # finalize_response adds the headers.

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """Answer in JSON where it is the only format, whatever Accept says; RFC 9110 (12.4.1) allows it."""
        first, *others = self.get_renderers()
        if not others and first.media_type == JSONBody.media_type:
            return first, first.media_type
        return super().perform_content_negotiation(request, force)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(response, Response):
            response = super().finalize_response(request, response, *args, **kwargs)
        headers.add(response, _headers_of(type(self)))  # type: ignore[arg-type]  # Classes can be hashed.
        return response

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
            # What a request names may be gone when it is sent again: a card was removed, a till was closed.
            first_answer: HttpResponse | None = claim.first_answer()
            if first_answer is not None:
                return first_answer
        return super().handle_exception(exc)


@cache
def _headers_of(view: type[ApiView]) -> headers.Written:
    """Return the headers of every response of a view; DRF would compute them for each response."""
    return headers.written({"Allow": ", ".join(view().allowed_methods)})


def handle_exception(error: Exception, context: Mapping[str, Any]) -> HttpResponse | None:
    """Render an exception as problem+json; None lets the shop's own faults propagate and be logged."""
    return problem_of(error)


def answer(
    data: Any, *, status: int = 200, headers: Mapping[str, str] | None = None, cache: str = "no-store"
) -> HttpResponse:
    """Return data as a JSON response. cache: the Cache-Control header; personal responses must not be stored."""
    return answer_bytes(orjson.dumps(data, default=str), status=status, headers=headers, cache=cache)


def answer_bytes(
    body: bytes, *, status: int = 200, headers: Mapping[str, str] | None = None, cache: str = "no-store"
) -> HttpResponse:
    """Return a response of JSON that is already serialised."""
    response = HttpResponse(body, status=status, content_type=JSONBody.media_type)
    for name, value in {"Cache-Control": cache, **(headers or {})}.items():
        put(response, name, value)
    return response


def checked(serializer: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """Return the body of a request as the serializer reads it. Raises ValidationError naming each wrong field."""
    return checked_values(serializer, request.data)


def checked_query(serializer: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """Return the query parameters of a request as the serializer reads them. Raises Malformed if one is repeated."""
    for name, values in request.query_params.lists():
        if len(values) > 1:
            raise Malformed(_("Give %s once.") % name, field=name)
    return checked_values(serializer, request.query_params.dict())


@dataclass(frozen=True, slots=True)
class Page:
    """The requested part of a list: up to `limit` rows after the key of the last row seen."""

    limit: int
    after: list[Any] | None

    @property
    def fetch(self) -> int:
        """How many rows to read: one more than requested, which shows whether there is a next page."""
        return self.limit + 1

    def key(self, *kinds: type[int] | type[str]) -> tuple[Any, ...] | None:
        """
        Return the key of the last row seen, whose parts are of these types; None on the first page.

        Raises Malformed for the cursor of another list, and for what the shop did not issue.
        """
        if self.after is None:
            return None
        if len(self.after) != len(kinds) or not all(map(_is_part, self.after, kinds)):
            raise Malformed(_("Unknown cursor. Start again without it."), field="cursor")
        return tuple(self.after)

    def last_id(self) -> int | None:
        """Return the id of the last row seen, in a list that is ordered by it alone; as `key`."""
        key = self.key(int)
        return key[0] if key else None


def _is_part(part: object, kind: type[int] | type[str]) -> bool:
    """Return whether a part of a key is of a type, and such that the database takes it."""
    if kind is int:
        return type(part) is int and 0 <= part <= LARGEST_ID
    return isinstance(part, str) and "\0" not in part


class PageQuery(StrictSerializer):
    """The query parameters of every list."""

    limit = serializers.IntegerField(min_value=1, max_value=LARGEST_LIMIT, default=DEFAULT_LIMIT)
    cursor = serializers.CharField(required=False, max_length=400)


def page_of(query: Mapping[str, Any]) -> Page:
    """Return the page that checked query parameters name. Raises Malformed for a cursor that the shop did not issue."""
    if "cursor" not in query:
        return Page(query["limit"], None)
    try:
        after = orjson.loads(base64.urlsafe_b64decode(query["cursor"]))
    except (binascii.Error, orjson.JSONDecodeError, ValueError):
        after = None
    if not isinstance(after, list):
        raise Malformed(_("Unknown cursor. Start again without it."), field="cursor")
    return Page(query["limit"], after)


def page_json(
    request: HttpRequest | Request, page: Page, rows: Sequence[Any], *, key: Callable[[Any], list[Any]]
) -> dict[str, Any]:
    """
    Format rows as a list response with the URL of the next page.

    rows: up to page.fetch of them, in order. key: returns a row's sort key as JSON values; it becomes the cursor. The
    results are the rows themselves; the caller formats them before or after.
    """
    shown = list(rows[: page.limit])
    following = None
    if cursor := next_cursor(page, rows, key=key):
        following = address_with(request, cursor=cursor)
    return {"results": shown, "next": following}


def address_with(request: HttpRequest | Request, **parameters: str) -> str:
    """
    Return the absolute URL of a request with some of its parameters replaced.

    It begins with the shop's public URL, whatever host name a proxy used for this process.
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
