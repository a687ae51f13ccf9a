"""The numbers that a register gives its receipts, without gaps."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.texts.fields import SpelledField


class RegisterReceipt(models.Model):
    """
    The place of a sale among the receipts of its register: counted from one, without a gap, for ever.

    store, register: as its till session names them, so that a session that rescues late sales counts on.
    """

    order = models.OneToOneField(
        "orders.Order", on_delete=models.PROTECT, related_name="register_receipt", verbose_name=_("order")
    )
    store = models.ForeignKey(
        "inventory.Location", on_delete=models.PROTECT, related_name="+", verbose_name=_("store"), db_index=False
    )
    register = SpelledField(_("register"), max_length=40)
    sequence = models.IntegerField(_("receipt number"))
    numbered_at = models.DateTimeField(_("numbered at"))

    class Meta:
        verbose_name = _("receipt of a register")
        verbose_name_plural = _("receipts of registers")
        constraints = [
            models.UniqueConstraint(fields=["store", "register", "sequence"], name="register_receipt_sequence_once"),
            models.CheckConstraint(condition=Q(sequence__gt=0), name="register_receipt_sequence_begins_at_one"),
        ]

    def __str__(self) -> str:
        return f"{self.register}: {self.sequence}"


class RegisterCounter(models.Model):
    """The last receipt number of a register; its row is locked for the next one."""

    store = models.ForeignKey(
        "inventory.Location", on_delete=models.PROTECT, related_name="+", verbose_name=_("store"), db_index=False
    )
    register = SpelledField(_("register"), max_length=40)
    last = models.IntegerField(_("last number"))

    class Meta:
        verbose_name = _("counter of a register")
        verbose_name_plural = _("counters of registers")
        constraints = [models.UniqueConstraint(fields=["store", "register"], name="register_counter_once")]

    def __str__(self) -> str:
        return f"{self.register}: {self.last}"
