"""Invoices and credit notes: issued after the fact, never in the way of a checkout."""
