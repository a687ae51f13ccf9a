"""What carriers say of parcels."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class TrackingEvent(models.Model):
    """
    A carrier's update, as it came, once for each number of the carrier's.

    waiting: its parcel is not known here yet. done: applied, or older than what is known already. unknown: it is about
    no parcel of ours.
    """

    WAITING, DONE, UNKNOWN = "waiting", "done", "unknown"
    OUTCOMES = [(WAITING, _("Waiting")), (DONE, _("Done")), (UNKNOWN, _("Not related to us"))]

    carrier = models.CharField(_("carrier"), max_length=20)
    number = models.CharField(_("carrier's number of it"), max_length=255)
    shipment = models.ForeignKey(
        "orders.Shipment", on_delete=models.PROTECT, null=True, blank=True, related_name="events",
        verbose_name=_("shipment"),
    )  # fmt: skip
    carrier_ref = models.CharField(_("carrier's number"), max_length=80, blank=True)
    kind = models.CharField(_("says"), max_length=20, blank=True)
    happened_at = models.DateTimeField(_("happened at"))
    received_at = models.DateTimeField(_("received at"))
    outcome = models.CharField(_("outcome"), max_length=10, choices=OUTCOMES, default=WAITING)
    raw = models.JSONField(_("as it came"), default=dict)

    class Meta:
        verbose_name = _("tracking event")
        verbose_name_plural = _("tracking events")
        constraints = [models.UniqueConstraint(fields=["carrier", "number"], name="tracking_event_once")]
        indexes = [models.Index(fields=["received_at"], condition=Q(outcome="waiting"), name="tracking_event_waiting")]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"
