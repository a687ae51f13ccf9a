"""Receives webhook events of providers."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import BaseParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from core.web.api.base import LARGEST_BODY_BYTES, ApiView, BodyTooLarge, answer
from orders.services.payments.gateway import read_webhook
from orders.services.settlement.webhook_events import record_webhook_event


class RawBody(BaseParser):
    """Keeps the body as it came, because its signature covers exactly these bytes."""

    media_type = "*/*"

    def parse(self, stream, media_type=None, parser_context=None):  # type: ignore[no-untyped-def]
        body = stream.read(LARGEST_BODY_BYTES + 1)
        if len(body) > LARGEST_BODY_BYTES:
            raise BodyTooLarge()
        return body


class WebhookEventOut(serializers.Serializer[Any]):
    received = serializers.BooleanField()


class Webhook(ApiView):
    """A provider's webhook: signed events, in any order, any number of times."""

    permission_classes = [AllowAny]
    authentication_classes = []
    parser_classes = [RawBody]

    @extend_schema(
        operation_id="webhook",
        request=None,
        responses={200: WebhookEventOut, 202: WebhookEventOut},
        tags=["orders"],
    )
    def post(self, request: Request, provider: str) -> HttpResponse:
        """Accept an event: 200 when it is settled, 202 when it must wait; 400 for an invalid signature."""
        body = request.data if isinstance(request.data, bytes) else b""
        webhook_event = read_webhook(provider=provider, body=body, headers=request.headers)
        is_done = record_webhook_event(provider=provider, webhook_event=webhook_event, now=timezone.now())
        return answer({"received": True}, status=200 if is_done else 202)
