"""Labels of parcels, for the machines of packers."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from accounts.rules import roles
from carts.channels.views import parse_int
from core.errors import NotFound
from core.web.api.base import StrictSerializer, answer, checked
from inventory.channels.staff import StaffApiView
from orders.models import Shipment
from orders.queries.fulfilment.parcels import get_parcel
from orders.services.fulfilment.labels import cancel_label, label_document, live_shipment, make_label


class LabelIn(StrictSerializer):
    service = serializers.CharField(max_length=20, help_text="The id of a carrier's service.")
    tracking = serializers.CharField(
        max_length=80, required=False, allow_blank=True, help_text="Of a carrier that makes no labels for the shop."
    )


class LabelOut(serializers.Serializer[Any]):
    id = serializers.CharField()
    service = serializers.CharField()
    state = serializers.CharField(help_text="asked while the carrier does not answer: ask again later.")
    tracking = serializers.CharField(allow_null=True)
    tracking_url = serializers.CharField(allow_null=True)
    has_document = serializers.BooleanField()


LABEL_EXAMPLE = OpenApiExample("By the carrier's service 3", value={"service": "3"}, request_only=True)


class ParcelLabel(StaffApiView):
    """The label of a parcel of the acting store."""

    right = roles.HAND_OVER

    @extend_schema(operation_id="till_parcel_label", responses=LabelOut, tags=["till"])
    def get(self, request: Request, parcel_id: str) -> HttpResponse:
        """Return the label that a parcel has now."""
        return answer(_shown(_label_of(self, parcel_id)))

    @extend_schema(
        operation_id="till_parcel_label_make",
        request=LabelIn,
        responses={201: LabelOut, 202: LabelOut},
        examples=[LABEL_EXAMPLE],
        tags=["till"],
    )
    def post(self, request: Request, parcel_id: str) -> HttpResponse:
        """Make a parcel's label, or return the one that it has; 202 while the carrier has not answered."""
        body = checked(LabelIn, request)
        shipment = make_label(
            parcel_id=parse_int(parcel_id), service_id=parse_int(body["service"]), tracking=body.get("tracking", ""),
            by=self.actor(request), now=timezone.now(),
        )  # fmt: skip
        return answer(_shown(shipment), status=202 if shipment.state == "asked" else 201)

    @extend_schema(operation_id="till_parcel_label_cancel", responses=LabelOut, tags=["till"])
    def delete(self, request: Request, parcel_id: str) -> HttpResponse:
        """Cancel a label before its parcel leaves."""
        return answer(_shown(cancel_label(parcel_id=parse_int(parcel_id), by=self.actor(request), now=timezone.now())))


class ParcelLabelDocument(StaffApiView):
    right = roles.HAND_OVER

    @extend_schema(
        operation_id="till_parcel_label_document",
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
        tags=["till"],
    )
    def get(self, request: Request, parcel_id: str) -> HttpResponse:
        """Return the label as PDF."""
        document = label_document(_label_of(self, parcel_id))
        return HttpResponse(document, content_type="application/pdf")


def _label_of(view: StaffApiView, parcel_id: str) -> Shipment:
    assert view.staff.store is not None
    parcel = get_parcel(parcel_id=parse_int(parcel_id), place_id=view.staff.store.id)
    shipment = live_shipment(parcel.id)
    if shipment is None:
        raise NotFound(_("This parcel has no label."))
    return shipment


def _shown(shipment: Shipment) -> dict[str, Any]:
    return {
        "id": str(shipment.pk),
        "service": str(shipment.service_id),
        "state": shipment.state,
        "tracking": shipment.tracking or None,
        "tracking_url": shipment.tracking_url or None,
        "has_document": bool(shipment.label),
    }
