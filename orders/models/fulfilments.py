"""How the goods reach the shopper: shipped, picked up, or carried out."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.texts.fields import NameField


class Fulfilment(models.Model):
    """
    Some lines of an order that leave one location in one way. Its states are in orders/rules/lifecycle.py.

    promised_at: when the shopper was told it would be ready or arrive. expires_at: until when a pickup is kept.
    reminders: how many of the shop's reminders of a pickup were due so far; extension_reason: why it is kept longer.
    wrong_codes: wrong pickup codes since the last right one; too many lock the pickup. method, method_name: the
    delivery method that was chosen, by its code and as it was called then; empty without one.

    taken_from_state: not stored; the state of the fulfilment from which these goods were just taken apart.
    """

    taken_from_state = ""

    SHIP, PICKUP, CARRY_OUT = "ship", "pickup", "carry_out"
    KINDS = [(SHIP, _("Ship")), (PICKUP, _("Collect in store")), (CARRY_OUT, _("Carry out"))]
    STATES = [
        ("pending", _("Waiting for payment")),
        ("placed", _("Placed")),
        ("accepted", _("Accepted")),
        ("picking", _("Picking")),
        ("ready", _("Ready")),
        ("collected", _("Collected")),
        ("shipped", _("Shipped")),
        ("delivered", _("Delivered")),
        ("cancelled", _("Cancelled")),
        ("expired", _("Expired")),
    ]

    order = models.ForeignKey(
        "orders.Order", on_delete=models.PROTECT, related_name="fulfilments", verbose_name=_("order")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=KINDS)
    location = models.ForeignKey(
        "inventory.Location", on_delete=models.PROTECT, related_name="fulfilments", verbose_name=_("location")
    )
    state = models.CharField(_("state"), max_length=10, choices=STATES)
    address = models.JSONField(_("address"), default=dict, blank=True, help_text=_("Where to ship; a copy."))
    method = models.CharField(_("delivery method"), max_length=40, blank=True, db_default="")
    method_name = models.CharField(_("name of the delivery method"), max_length=200, blank=True, db_default="")
    promised_at = models.DateTimeField(_("promised at"), null=True, blank=True)
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True)
    ready_at = models.DateTimeField(_("ready at"), null=True, blank=True)
    expires_at = models.DateTimeField(_("kept until"), null=True, blank=True)
    reminders = models.SmallIntegerField(_("reminders"), default=0, db_default=0)
    extension_reason = models.CharField(_("reason of the extension"), max_length=200, blank=True, db_default="")
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    tracking = models.CharField(_("tracking"), max_length=80, blank=True)
    tracking_url = models.CharField(_("tracking address"), max_length=300, blank=True, db_default="")
    wrong_codes = models.SmallIntegerField(_("wrong codes"), default=0)
    reject_reason = models.CharField(_("reason of rejection"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("fulfilment")
        verbose_name_plural = _("fulfilments")
        indexes = [
            models.Index(
                fields=["location", "state", "promised_at"],
                condition=Q(state__in=("placed", "accepted", "picking", "ready")),
                name="fulfilment_open_by_location",
            ),
            models.Index(
                fields=["location", "kind", "state", "-id"],
                condition=Q(state__in=("collected", "shipped", "delivered", "cancelled", "expired")),
                name="fulfilment_ended_by_location",
            ),
            # For the figures of a period's pickups.
            models.Index(
                fields=["location", "finished_at"],
                condition=Q(kind="pickup", finished_at__isnull=False),
                name="pickup_ended_by_location",
            ),
            models.Index(fields=["tracking"], condition=~Q(tracking=""), name="fulfilment_by_tracking"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.get_state_display()}"

    @property
    def state_of_goods(self) -> str:
        """Return how far the goods were prepared, here or in the fulfilment from which they were taken."""
        return self.taken_from_state or self.state


class FulfilmentLine(models.Model):
    """
    Units of one order line in a fulfilment, and their reservation.

    Of one order line, some units may wait while others were handed over.
    """

    fulfilment = models.ForeignKey(
        Fulfilment, on_delete=models.PROTECT, related_name="lines", verbose_name=_("fulfilment"), db_index=False
    )
    order_line = models.ForeignKey(
        "orders.OrderLine", on_delete=models.PROTECT, related_name="fulfilment_lines", verbose_name=_("order line")
    )
    quantity = models.IntegerField(_("quantity"))
    reservation = models.OneToOneField(
        "inventory.Reservation",
        on_delete=models.PROTECT,
        null=True,
        related_name="fulfilment_line",
        verbose_name=_("reservation"),
    )
    handed_over_at = models.DateTimeField(_("handed over at"), null=True)

    class Meta:
        verbose_name = _("fulfilment line")
        verbose_name_plural = _("fulfilment lines")
        constraints = [
            models.UniqueConstraint(
                fields=["fulfilment", "order_line", "handed_over_at"],
                nulls_distinct=False,
                deferrable=models.Deferrable.DEFERRED,
                name="fulfilment_line_waits_once",
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="fulfilment_line_of_at_least_one"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.order_line_id}"


class HandOver(models.Model):
    """The proof that goods were handed to a person at the desk: what, by whom, to whom, on what evidence."""

    CODE, ID_SEEN = "code", "id_seen"
    PROOFS = [(CODE, _("Collection code")), (ID_SEEN, _("Identity document checked"))]

    fulfilment = models.ForeignKey(
        Fulfilment, on_delete=models.PROTECT, related_name="hand_overs", verbose_name=_("fulfilment")
    )
    lines = models.ManyToManyField(FulfilmentLine, related_name="hand_overs", verbose_name=_("lines"))
    staff = models.ForeignKey("accounts.Customer", on_delete=models.PROTECT, related_name="+", verbose_name=_("staff"))
    collected_by = NameField(_("collected by"), max_length=200)
    proof = models.CharField(_("proof"), max_length=10, choices=PROOFS)
    handed_over_at = models.DateTimeField(_("handed over at"))

    class Meta:
        verbose_name = _("hand-over")
        verbose_name_plural = _("hand-overs")

    def __str__(self) -> str:
        return f"{self.fulfilment_id}: {self.handed_over_at:%Y-%m-%d %H:%M}"


class Collector(models.Model):
    """Another person whom the buyer named to collect an order."""

    order = models.OneToOneField(
        "orders.Order", on_delete=models.CASCADE, related_name="collector", verbose_name=_("order")
    )
    name = NameField(_("name"), max_length=200)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    named_at = models.DateTimeField(_("named at"))

    class Meta:
        verbose_name = _("collector")
        verbose_name_plural = _("collectors")

    def __str__(self) -> str:
        return self.name
