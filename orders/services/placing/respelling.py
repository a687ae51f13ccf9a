"""Brings what orders say about people and places into its one spelling, where it was stored before there was one."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

import orjson
from django.db import transaction

from accounts.rules.addresses import respelt_address
from accounts.rules.phones import dialled_alike
from core.actors import THE_SYSTEM
from core.data import sql
from core.journal import publish
from core.texts.spelling import plain_email
from orders.events import OrderRespelt

ORDERS_AT_ONCE = 500

# Plain ASCII in small letters, or a number as it is stored: most rows, which Python need not look at.
_ODD = r"""
    contact_email !~ '^[!-@\[-~]*$' OR (contact_phone <> '' AND contact_phone !~ '^[+][1-9][0-9]{5,14}$')
    OR EXISTS (SELECT FROM orders_fulfilment AS part, jsonb_each_text(part.address) AS line
               WHERE part.order_id = orders_order.id AND (line.value !~ '^([!-~]+( [!-~]+)*)?$'
                   OR (line.key = 'postal_code' AND line.value <> upper(line.value))
                   OR (line.key = 'phone' AND line.value <> '' AND line.value !~ '^[+][1-9][0-9]{5,14}$')))
"""
_NEXT = f"""
SELECT id, number, contact_email, contact_phone FROM orders_order
WHERE id > %(after)s AND ({_ODD}) ORDER BY id LIMIT %(many)s FOR UPDATE
"""
_PARTS = """
SELECT id, order_id, address FROM orders_fulfilment
WHERE order_id = ANY(%(orders)s) AND address <> '{}' ORDER BY id
"""
_WRITE_CONTACTS = """
UPDATE orders_order SET contact_email = given.email, contact_phone = given.phone
FROM unnest(%(ids)s::bigint[], %(emails)s::text[], %(phones)s::text[]) AS given (id, email, phone)
WHERE orders_order.id = given.id
"""
_WRITE_ADDRESSES = """
UPDATE orders_fulfilment SET address = given.address::jsonb
FROM unnest(%(ids)s::bigint[], %(addresses)s::text[]) AS given (id, address) WHERE orders_fulfilment.id = given.id
"""


@dataclass(slots=True)
class Respelt:
    """What was brought into its spelling. last: the id of the last order looked at, 0 if none is left."""

    last: int = 0
    orders: int = 0
    fields: Counter[str] = field(default_factory=Counter)

    def __iadd__(self, other: "Respelt") -> "Respelt":
        self.last = other.last
        self.orders += other.orders
        self.fields += other.fields
        return self


@transaction.atomic(durable=True)
def respell_orders(*, after: int, now: datetime, many: int = ORDERS_AT_ONCE) -> Respelt:
    """
    Bring the contacts and addresses of the next orders into their one spelling, each with an entry in the journal.

    after: the id of the last order looked at before. Only the spelling changes: a number that nobody can dial stays as
    it is, and so does a buyer's number without a country, which would be a guess. Locks the orders. Safe to repeat.
    """
    orders = sql.fetch_all(_NEXT, {"after": after, "many": many})
    if not orders:
        return Respelt()
    changed: dict[int, set[str]] = {}
    contacts = []
    for order in orders:
        email, phone = plain_email(order["contact_email"]), dialled_alike(order["contact_phone"])
        names = {"contact_email": email, "contact_phone": phone}
        if wrong := {name for name, value in names.items() if order[name] != value}:
            changed[order["id"]] = wrong
            contacts.append((order["id"], email, phone))
    addresses = []
    for part in sql.fetch_all(_PARTS, {"orders": [order["id"] for order in orders]}):
        spelt = respelt_address(part["address"])
        if wrong := {f"address.{name}" for name, value in spelt.items() if part["address"][name] != value}:
            changed.setdefault(part["order_id"], set()).update(wrong)
            addresses.append((part["id"], orjson.dumps(spelt).decode()))
    _write(contacts, addresses)
    numbers = {order["id"]: order["number"] for order in orders}
    for order_id, wrong in changed.items():
        event = OrderRespelt(
            by=THE_SYSTEM, occurred_at=now, ref=numbers[order_id], order_id=order_id, fields=sorted(wrong)
        )
        publish(event)
    return Respelt(orders[-1]["id"], len(changed), Counter(name for wrong in changed.values() for name in wrong))


def _write(contacts: list[tuple[int, str, str]], addresses: list[tuple[int, str]]) -> None:
    if contacts:
        ids, emails, phones = map(list, zip(*contacts, strict=True))
        sql.execute(_WRITE_CONTACTS, {"ids": ids, "emails": emails, "phones": phones})
    if addresses:
        ids, texts = map(list, zip(*addresses, strict=True))
        sql.execute(_WRITE_ADDRESSES, {"ids": ids, "addresses": texts})
