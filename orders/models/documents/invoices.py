"""Invoices, credit notes, and what buyers want their invoice to say."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.texts.languages import language_choices


class Invoice(models.Model):
    """
    An invoice, or a credit note that takes a part of one back: as it was issued, for ever.

    sequence: counts a legal entity's documents of one kind in one year, without a gap. number: made of these. content:
    everything that is printed (orders.rules.documents.invoices.Statement), with both parties as they were. Amounts in
    minor units; those of a credit note are what it takes back, so that they are positive too.
    """

    INVOICE, CREDIT_NOTE = "invoice", "credit_note"
    KINDS = [(INVOICE, _("Invoice")), (CREDIT_NOTE, _("Credit note"))]

    kind = models.CharField(_("kind"), max_length=12, choices=KINDS)
    legal_entity = models.ForeignKey(
        "orders.LegalEntity", on_delete=models.PROTECT, related_name="invoices", verbose_name=_("legal entity"),
        db_index=False,
    )  # fmt: skip
    year = models.SmallIntegerField(_("year"))
    sequence = models.IntegerField(_("sequence"))
    number = models.CharField(_("number"), max_length=40, unique=True)
    order = models.ForeignKey(
        "orders.Order", on_delete=models.PROTECT, related_name="invoices", verbose_name=_("order")
    )
    corrects = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="credit_notes",
        verbose_name=_("takes back a part of"),
    )  # fmt: skip
    issued_at = models.DateTimeField(_("issued at"))
    issued_on = models.DateField(_("issued on"), help_text=_("By the clock of the place that sold."))
    supplied_on = models.DateField(_("supplied on"), help_text=_("When the last of the goods left."))
    language = models.CharField(_("language"), max_length=8, choices=language_choices)
    currency = models.CharField(_("currency"), max_length=3)
    net = models.BigIntegerField(_("net"))
    tax = models.BigIntegerField(_("tax"))
    gross = models.BigIntegerField(_("total"))
    content = models.JSONField(_("content"))

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        constraints = [
            models.UniqueConstraint(
                fields=["legal_entity", "kind", "year", "sequence"], name="invoice_sequence_once_a_year"
            ),
            models.UniqueConstraint(fields=["order"], condition=Q(kind="invoice"), name="invoice_one_per_order"),
            models.CheckConstraint(
                condition=Q(kind="invoice", corrects__isnull=True) | Q(kind="credit_note", corrects__isnull=False),
                name="invoice_credit_note_names_its_invoice",
            ),
            models.CheckConstraint(condition=Q(gross=F("net") + F("tax"), gross__gt=0), name="invoice_adds_up"),
            models.CheckConstraint(condition=Q(sequence__gt=0), name="invoice_sequence_begins_at_one"),
        ]

    def __str__(self) -> str:
        return self.number


class InvoiceCounter(models.Model):
    """The last number that a legal entity gave a kind of document in a year; its row is locked for the next one."""

    legal_entity = models.ForeignKey(
        "orders.LegalEntity", on_delete=models.PROTECT, related_name="+", verbose_name=_("legal entity"),
        db_index=False,
    )  # fmt: skip
    kind = models.CharField(_("kind"), max_length=12, choices=Invoice.KINDS)
    year = models.SmallIntegerField(_("year"))
    last = models.IntegerField(_("last number"))

    class Meta:
        verbose_name = _("invoice counter")
        verbose_name_plural = _("invoice counters")
        constraints = [
            models.UniqueConstraint(fields=["legal_entity", "kind", "year"], name="invoice_counter_once_a_year"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.year}: {self.last}"


class InvoiceRequest(models.Model):
    """
    A buyer's wish for an invoice.

    buyer: whom it names, as an address with company and tax_number; empty for what the order says.
    """

    order = models.OneToOneField(
        "orders.Order", on_delete=models.PROTECT, related_name="invoice_request", verbose_name=_("order")
    )
    buyer = models.JSONField(_("made out to"), default=dict, blank=True)
    requested_at = models.DateTimeField(_("requested at"))

    class Meta:
        verbose_name = _("invoice request")
        verbose_name_plural = _("invoice requests")

    def __str__(self) -> str:
        return str(self.order_id)
