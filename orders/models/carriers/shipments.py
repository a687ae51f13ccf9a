"""A parcel with a carrier."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.texts.fields import NameField


class Shipment(models.Model):
    """
    A label of a parcel, and where the carrier has it. Its states are in orders/rules/lifecycle.py.

    The row is written before the carrier is asked; key: our reference there. carrier_ref: the carrier's number of it.
    tracked_at: by the carrier's clock, since when the parcel is in this state. detail: what the carrier said when it
    refused. claimed_until: while somebody asks the carrier, nobody else does; a claim lapses. resolution:
    what staff did about a parcel that is lost; empty until then.
    """

    STATES = [
        ("asked", _("Asked for")),
        ("ready", _("Label ready")),
        ("failed", _("Refused by the carrier")),
        ("cancelling", _("Being cancelled")),
        ("cancelled", _("Cancelled")),
        ("in_transit", _("On the way")),
        ("out_for_delivery", _("Out for delivery")),
        ("delivery_failed", _("Nobody took it")),
        ("lost", _("Lost")),
        ("delivered", _("Delivered")),
        ("sent_back", _("Back to the sender")),
    ]
    RESOLUTIONS = [("sent_again", _("Sent again")), ("refunded", _("Refunded")), ("found", _("Found"))]

    fulfilment = models.ForeignKey(
        "orders.Fulfilment", on_delete=models.PROTECT, related_name="shipments", verbose_name=_("parcel")
    )
    service = models.ForeignKey(
        "orders.CarrierService", on_delete=models.PROTECT, related_name="shipments", verbose_name=_("service")
    )
    carrier = models.CharField(_("carrier"), max_length=20)
    key = models.UUIDField(_("reference"), unique=True)
    state = models.CharField(_("state"), max_length=20, choices=STATES)
    carrier_ref = models.CharField(_("carrier's number"), max_length=80, blank=True)
    tracking = models.CharField(_("tracking"), max_length=80, blank=True)
    tracking_url = models.CharField(_("tracking address"), max_length=300, blank=True)
    label = models.BinaryField(_("label"), default=b"", blank=True)
    detail = models.CharField(_("detail"), max_length=200, blank=True)
    made_by = models.ForeignKey(
        "accounts.Customer", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("made by"),
        db_index=False,
    )  # fmt: skip
    asked_at = models.DateTimeField(_("asked at"))
    claimed_until = models.DateTimeField(_("being asked until"), null=True, blank=True)
    tracked_at = models.DateTimeField(_("there since"), null=True, blank=True)
    looked_at = models.DateTimeField(_("carrier asked at"), null=True, blank=True)
    resolution = models.CharField(_("what was done"), max_length=20, choices=RESOLUTIONS, blank=True)
    resolution_note = NameField(_("note"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("shipment")
        verbose_name_plural = _("shipments")
        constraints = [
            models.UniqueConstraint(
                fields=["fulfilment"], condition=~Q(state__in=("failed", "cancelled")), name="shipment_one_of_parcel"
            ),
            models.UniqueConstraint(
                fields=["carrier", "carrier_ref"], condition=~Q(carrier_ref=""), name="shipment_once_at_carrier"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("in_transit", "out_for_delivery", "delivery_failed", "lost", "delivered"))
                | Q(tracked_at__isnull=False),
                name="shipment_tracked_since",
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"],
                condition=Q(state__in=("asked", "ready", "cancelling")),
                name="shipment_with_a_label",
            ),
            models.Index(
                fields=["looked_at"],
                condition=Q(state__in=("ready", "in_transit", "out_for_delivery", "delivery_failed", "lost")),
                name="shipment_on_its_way",
            ),
        ]

    def __str__(self) -> str:
        return self.tracking or str(self.key)
