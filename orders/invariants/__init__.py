"""What must always be true of orders: of their goods and of their money."""

from orders.invariants import documents, goods, money, offers, returns, spellings  # noqa: F401
