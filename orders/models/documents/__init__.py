"""Documents that tax law asks for, numbered without gaps: invoices, credit notes, and the receipts of registers."""

from orders.models.documents.invoices import Invoice, InvoiceCounter, InvoiceRequest
from orders.models.documents.registers import RegisterCounter, RegisterReceipt

__all__ = ["Invoice", "InvoiceCounter", "InvoiceRequest", "RegisterCounter", "RegisterReceipt"]
