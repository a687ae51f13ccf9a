"""Documents that tax law asks for: invoices and credit notes, numbered without gaps."""

from orders.models.documents.invoices import Invoice, InvoiceCounter, InvoiceRequest

__all__ = ["Invoice", "InvoiceCounter", "InvoiceRequest"]
