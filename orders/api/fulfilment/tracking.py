"""Receives what carriers say of parcels."""

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from core.web.api.base import ApiView, answer
from orders.api.payments.webhooks import RawBody, WebhookEventOut
from orders.services.fulfilment.carriers import read_tracking_webhook
from orders.services.settlement.tracking import record_tracking


class TrackingWebhook(ApiView):
    """A carrier's webhook: signed updates, in any order, any number of times."""

    permission_classes = [AllowAny]
    authentication_classes = []
    parser_classes = [RawBody]

    @extend_schema(
        operation_id="tracking_webhook",
        request=None,
        responses={200: WebhookEventOut, 202: WebhookEventOut},
        tags=["orders"],
    )
    def post(self, request: Request, carrier: str) -> HttpResponse:
        """Accept an update: 200 when it is settled, 202 when it must wait; 400 for an invalid signature."""
        body = request.data if isinstance(request.data, bytes) else b""
        update = read_tracking_webhook(carrier=carrier, body=body, headers=request.headers)
        is_done = update is None or record_tracking(carrier=carrier, update=update, now=timezone.now())
        return answer({"received": True}, status=200 if is_done else 202)
