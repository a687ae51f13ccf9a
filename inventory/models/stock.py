"""Stock levels, and the ledger of their changes."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.models import CHANNELS


class StockLevelQuerySet(models.QuerySet["StockLevel"]):
    """Stock rows, and how to lock them."""

    def locked(self) -> "StockLevelQuerySet":
        """Lock the rows until the transaction ends, always in pk order so that two carts cannot deadlock."""
        return self.order_by("pk").select_for_update(of=("self",))


class StockLevel(models.Model):
    """
    How many units of a variant a location has, and how many of them are reserved.

    It always equals the sum of its movements. safety: units that are not sold online, so that the shelf does not run
    empty while a shopper stands before it.
    """

    variant = models.ForeignKey(
        "inventory.Variant", on_delete=models.PROTECT, related_name="levels", verbose_name=_("variant"), db_index=False
    )
    location = models.ForeignKey(
        "inventory.Location",
        on_delete=models.PROTECT,
        related_name="levels",
        verbose_name=_("location"),
        db_index=False,
    )
    on_hand = models.IntegerField(_("on hand"), default=0)
    reserved = models.IntegerField(_("reserved"), default=0)
    safety = models.PositiveIntegerField(_("safety stock"), default=0)

    objects = StockLevelQuerySet.as_manager()

    class Meta:
        verbose_name = _("stock level")
        verbose_name_plural = _("stock levels")
        constraints = [
            models.UniqueConstraint(fields=["variant", "location"], name="stock_level_one_per_location"),
            # The last defence against overselling; the services refuse first, with a reason.
            models.CheckConstraint(
                condition=Q(reserved__gte=0, reserved__lte=F("on_hand")), name="stock_level_reserved_within_on_hand"
            ),
        ]
        indexes = [models.Index(fields=["location", "variant"], name="stock_level_by_location")]

    def __str__(self) -> str:
        return gettext("%(units)s (%(reserved)s reserved)") % {"units": self.on_hand, "reserved": self.reserved}

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved - self.safety


class HeldStock(models.Model):
    """
    Units of one stock level that are at the place and may not be sold; the level's own units are those that may.

    It always equals the sum of its movements. damaged: to be repaired or written off. on_hold: their quality is in
    doubt. to_supplier: waiting to go back. put_away: came back from a pickup or a return, and are sellable once
    somebody confirms that they are on the shelf. in_transit: on their way here from another place; only transfers move
    them.
    """

    DAMAGED, ON_HOLD, TO_SUPPLIER, PUT_AWAY = "damaged", "on_hold", "to_supplier", "put_away"
    IN_TRANSIT = "in_transit"
    STATES = [
        (DAMAGED, _("Damaged")),
        (ON_HOLD, _("Quality hold")),
        (TO_SUPPLIER, _("Goes to the supplier")),
        (PUT_AWAY, _("To be put away")),
        (IN_TRANSIT, _("In transit")),
    ]
    # What staff may choose for units that lie before them.
    CHOICES = STATES[:-1]

    level = models.ForeignKey(
        StockLevel, on_delete=models.PROTECT, related_name="held", verbose_name=_("level"), db_index=False
    )
    state = models.CharField(_("state"), max_length=20, choices=STATES)
    units = models.IntegerField(_("units"), default=0)

    class Meta:
        verbose_name = _("held stock")
        verbose_name_plural = _("held stock")
        constraints = [
            models.UniqueConstraint(fields=["level", "state"], name="held_stock_one_row_per_state"),
            models.CheckConstraint(condition=Q(units__gte=0), name="held_stock_is_never_negative"),
        ]
        indexes = [
            models.Index(fields=["level"], condition=Q(state="put_away", units__gt=0), name="held_stock_to_put_away")
        ]

    def __str__(self) -> str:
        return f"{self.units} {self.get_state_display()}"


class StockMovement(models.Model):
    """
    One change of one stock level, with its cause: append-only, so the sum of a level's movements is the level.

    cause_kind and cause_id name the cause (order, receipt, count, import ...); a cause moves a level once per kind, and
    each of its held states once. held_state and held_change: what changed of the units that may not be sold.
    """

    RECEIVED, ADJUSTED, RESERVED, RELEASED = "received", "adjusted", "reserved", "released"
    SOLD, HANDED_OVER, SHIPPED, RETURNED = "sold", "handed_over", "shipped", "returned"
    MOVED, WRITTEN_OFF = "moved", "written_off"
    DISPATCHED, CALLED_BACK, SENT_BACK = "dispatched", "called_back", "sent_back"
    KINDS = [
        (RECEIVED, _("Received")),
        (ADJUSTED, _("Adjusted")),
        (RESERVED, _("Reserved")),
        (RELEASED, _("Released")),
        (SOLD, _("Sold in the store")),
        (HANDED_OVER, _("Handed over")),
        (SHIPPED, _("Shipped")),
        (RETURNED, _("Returned")),
        (MOVED, _("Moved to another state")),
        (WRITTEN_OFF, _("Written off")),
        (DISPATCHED, _("Dispatched")),
        (CALLED_BACK, _("Called back")),
        (SENT_BACK, _("Sent back to the supplier")),
    ]

    level = models.ForeignKey(
        StockLevel, on_delete=models.PROTECT, related_name="movements", verbose_name=_("level"), db_index=False
    )
    kind = models.CharField(_("kind"), max_length=20, choices=KINDS)
    on_hand_change = models.IntegerField(_("on hand"), default=0)
    reserved_change = models.IntegerField(_("reserved"), default=0)
    cause_kind = models.CharField(_("cause"), max_length=20)
    cause_id = models.CharField(_("cause number"), max_length=64)
    channel = models.CharField(_("channel"), max_length=40, choices=CHANNELS)
    actor_id = models.BigIntegerField(_("staff"), null=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    occurred_at = models.DateTimeField(_("occurred at"))
    held_state = models.CharField(
        _("held as"), max_length=20, choices=HeldStock.STATES, blank=True, default="", db_default=""
    )
    held_change = models.IntegerField(_("held"), default=0, db_default=0)

    class Meta:
        verbose_name = _("stock movement")
        verbose_name_plural = _("stock movements")
        constraints = [
            models.UniqueConstraint(
                fields=["level", "cause_kind", "cause_id", "kind", "held_state"], name="stock_movement_once_per_cause"
            ),
            models.CheckConstraint(
                condition=~Q(on_hand_change=0, reserved_change=0, held_change=0), name="stock_movement_moves_something"
            ),
            models.CheckConstraint(
                condition=Q(held_state="", held_change=0) | (~Q(held_state="") & ~Q(held_change=0)),
                name="stock_movement_of_held_units_names_their_state",
            ),
        ]

    def __str__(self) -> str:
        held = f" {self.held_state} {self.held_change:+d}" if self.held_state else ""
        return f"{self.kind} {self.on_hand_change:+d}/{self.reserved_change:+d}{held}"
