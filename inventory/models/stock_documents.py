"""Documents that move stock or order it: transfers, purchases, returns to suppliers, adjustments and counts."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from inventory.models.stock import HeldStock


class StockDocumentQuerySet(models.QuerySet["StockDocument"]):
    """Stock documents, and how to lock them."""

    def locked(self) -> "StockDocumentQuerySet":
        """Lock the rows until the transaction ends, before any level."""
        return self.order_by("pk").select_for_update(of=("self",))


class StockDocument(models.Model):
    """
    A transfer, purchase order, receipt, return to a supplier, adjustment or count, with its lines. Its states are in
    inventory/rules/stock_documents.py.

    source: where the goods leave. target: where they arrive, or are adjusted or counted; of a return to a supplier, the
    source. supplier, currency: who delivers or takes back, and in what the costs are. purchase_order: what a receipt
    delivers. credit_note, credited_amount: what the supplier gave for a return, in minor units. acts: how often it
    moved stock; each act is a cause of its own in the ledger.
    """

    TRANSFER, RECEIPT, ADJUSTMENT, COUNT = "transfer", "receipt", "adjustment", "count"
    PURCHASE_ORDER, SUPPLIER_RETURN = "purchase_order", "supplier_return"
    KINDS = [
        (TRANSFER, _("Transfer")),
        (RECEIPT, pgettext_lazy("stock document", "Receipt")),
        (ADJUSTMENT, _("Adjustment")),
        (COUNT, _("Stock count")),
        (PURCHASE_ORDER, _("Purchase order")),
        (SUPPLIER_RETURN, _("Return to the supplier")),
    ]
    STATES = [
        ("draft", _("Draft")),
        ("ordered", _("Ordered")),
        ("dispatched", _("Dispatched")),
        ("partly_received", _("Partly received")),
        ("received", _("Received")),
        ("submitted", _("Submitted")),
        ("approved", _("Approved")),
        ("sent", _("Sent")),
        ("credited", _("Credited")),
        ("closed", _("Closed")),
        ("cancelled", _("Cancelled")),
    ]
    _PREFIXES = {
        TRANSFER: "T", RECEIPT: "G", ADJUSTMENT: "A", COUNT: "C", PURCHASE_ORDER: "PO", SUPPLIER_RETURN: "RS",
    }  # fmt: skip

    kind = models.CharField(_("kind"), max_length=20, choices=KINDS)
    state = models.CharField(_("state"), max_length=20, choices=STATES)
    source = models.ForeignKey(
        "inventory.Location", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("from")
    )
    target = models.ForeignKey("inventory.Location", on_delete=models.PROTECT, related_name="+", verbose_name=_("to"))
    supplier = models.ForeignKey(
        "inventory.Supplier", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("supplier")
    )
    currency = models.CharField(_("currency"), max_length=3, blank=True, default="", db_default="")
    purchase_order = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="receipts", verbose_name=_("purchase order")
    )
    reference = models.CharField(_("delivery note"), max_length=64, blank=True)
    credit_note = models.CharField(_("credit note"), max_length=64, blank=True, default="", db_default="")
    credited_amount = models.BigIntegerField(_("credited in minor units"), null=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    due_date = models.DateField(_("due on"), null=True)
    acts = models.PositiveIntegerField(_("acts"), default=0)
    created_by = models.BigIntegerField(_("staff"), null=True)
    created_at = models.DateTimeField(_("created at"))
    finished_at = models.DateTimeField(_("finished at"), null=True)

    objects = StockDocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("stock document")
        verbose_name_plural = _("stock documents")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="transfer", source__isnull=False) & ~Q(source=F("target"))
                | Q(kind="supplier_return", source=F("target"))
                | ~Q(kind__in=("transfer", "supplier_return")) & Q(source__isnull=True),
                name="stock_document_of_transfer_has_two_places",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=("purchase_order", "supplier_return"))
                | Q(supplier__isnull=False) & ~Q(currency=""),
                name="stock_document_of_purchase_names_the_supplier",
            ),
            models.CheckConstraint(
                condition=Q(credited_amount__isnull=True) | Q(kind="supplier_return", credited_amount__gte=0),
                name="stock_document_credits_what_went_back",
            ),
            models.CheckConstraint(
                condition=Q(purchase_order__isnull=True) | Q(kind="receipt"),
                name="stock_document_that_delivers_is_a_receipt",
            ),
            models.UniqueConstraint(
                fields=["purchase_order", "reference"],
                condition=Q(purchase_order__isnull=False),
                name="stock_document_one_receipt_per_delivery_note",
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "id"], name="stock_document_by_kind"),
            # What is coming and what is overdue is asked of the few that are open.
            models.Index(fields=["target"], condition=Q(finished_at__isnull=True), name="stock_document_open"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """The number by which people call it: of its kind and its id."""
        return f"{self._PREFIXES[self.kind]}-{self.pk}"

    @property
    def cause(self) -> str:
        """The cause of its present act in the ledger."""
        return f"{self.number}/{self.acts}"


class StockDocumentLine(models.Model):
    """
    Units of one variant on a document.

    quantity: to be moved or ordered; of an adjustment or count, by how much the stock changes. received, missing,
    restocked: what became of the dispatched or ordered units; the rest of quantity is on its way. surplus: units that
    came beyond those ordered. damaged: how many of those that came are damaged. unit_cost: in minor units of the
    document's currency, None if nobody knows it. taken_from: the state in which units went back to the supplier. box:
    the code on its box.
    counted, counted_at: how many lay there, and when. is_recounted: the first count differed too much.
    """

    REASONS = [
        ("damaged", _("Damaged")),
        ("lost", _("Lost")),
        ("stolen", _("Stolen")),
        ("found", _("Found")),
        ("expired", _("Expired")),
        ("own_use", _("Own use or sample")),
        ("mistake", _("Booked by mistake")),
        ("never_sent", _("Never sent")),
    ]

    # "sellable", or a state of held stock in which units lie at a place.
    TAKEN_FROM = [("sellable", _("Sellable")), *HeldStock.CHOICES]

    document = models.ForeignKey(
        StockDocument, on_delete=models.PROTECT, related_name="lines", verbose_name=_("document"), db_index=False
    )
    position = models.PositiveIntegerField(_("position"))
    variant = models.ForeignKey(
        "inventory.Variant", on_delete=models.PROTECT, related_name="+", verbose_name=_("variant")
    )
    box = models.CharField(_("box"), max_length=40, blank=True)
    quantity = models.IntegerField(_("quantity"), default=0)
    received = models.PositiveIntegerField(_("received"), default=0)
    missing = models.PositiveIntegerField(_("missing"), default=0)
    restocked = models.PositiveIntegerField(_("restocked"), default=0)
    surplus = models.PositiveIntegerField(_("beyond the order"), default=0, db_default=0)
    damaged = models.PositiveIntegerField(_("of them damaged"), default=0, db_default=0)
    unit_cost = models.BigIntegerField(_("cost of a unit in minor units"), null=True)
    taken_from = models.CharField(
        _("taken from"), max_length=20, choices=TAKEN_FROM, blank=True, default="", db_default=""
    )
    counted = models.PositiveIntegerField(_("counted"), null=True)
    counted_at = models.DateTimeField(_("counted at"), null=True)
    is_recounted = models.BooleanField(_("recounted"), default=False)
    reason = models.CharField(_("reason"), max_length=20, choices=REASONS, blank=True)

    class Meta:
        verbose_name = _("line of a stock document")
        verbose_name_plural = _("lines of stock documents")
        constraints = [
            models.UniqueConstraint(fields=["document", "position"], name="stock_document_line_one_per_position"),
            models.UniqueConstraint(
                fields=["document", "variant", "box", "taken_from"], name="stock_document_line_names_goods_once"
            ),
            models.CheckConstraint(
                condition=Q(received=0, missing=0, restocked=0)
                | Q(quantity__gte=F("received") + F("missing") + F("restocked")),
                name="stock_document_line_settles_what_was_sent",
            ),
            models.CheckConstraint(
                condition=Q(damaged__lte=F("received") + F("surplus")), name="stock_document_line_damaged_units_came"
            ),
            models.CheckConstraint(
                condition=Q(unit_cost__isnull=True) | Q(unit_cost__gte=0), name="stock_document_line_costs_are_positive"
            ),
            models.CheckConstraint(
                condition=Q(counted__isnull=True, counted_at__isnull=True)
                | Q(counted__isnull=False, counted_at__isnull=False),
                name="stock_document_line_is_counted_at_a_moment",
            ),
        ]
        indexes = [models.Index(fields=["box"], condition=~Q(box=""), name="stock_document_line_by_box")]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.variant_id}"

    @property
    def on_the_way(self) -> int:
        """The units, dispatched or ordered, that have neither arrived nor been settled in another way."""
        return self.quantity - self.received - self.missing - self.restocked
