"""Reservations of stock."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Reservation(models.Model):
    """
    Units of one stock level that are reserved for one holder, whose row points here.

    held: until expires_at, while a payment is under way. committed: belongs to an order, without an end. fulfilled: the
    units left the building. released: no longer reserved.
    The caller makes the id (a version 7 UUID), so that rows that point here can be written first and the contended
    stock row last.
    """

    HELD, COMMITTED, FULFILLED, RELEASED = "held", "committed", "fulfilled", "released"
    STATES = [
        (HELD, _("Held")),
        (COMMITTED, _("Committed")),
        (FULFILLED, _("Fulfilled")),
        (RELEASED, _("Released")),
    ]
    LIVE = (HELD, COMMITTED)

    id = models.UUIDField(primary_key=True, editable=False)
    level = models.ForeignKey(
        "inventory.StockLevel", on_delete=models.PROTECT, related_name="reservations", verbose_name=_("level")
    )
    quantity = models.IntegerField(_("quantity"))
    state = models.CharField(_("state"), max_length=10, choices=STATES)
    expires_at = models.DateTimeField(_("expires at"), null=True)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("reservation")
        verbose_name_plural = _("reservations")
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="reservation_of_at_least_one"),
            models.CheckConstraint(
                condition=~Q(state="held") | Q(expires_at__isnull=False), name="reservation_held_has_an_end"
            ),
        ]
        indexes = [
            models.Index(fields=["expires_at"], condition=Q(state="held"), name="reservation_expiring"),
            models.Index(
                fields=["level"], condition=Q(state__in=("held", "committed")), name="reservation_live_by_level"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} {self.state}"
