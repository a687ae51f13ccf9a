"""
Which rows of each table a member of staff may see in the back office: everything, or what concerns their stores.

The permissions (permissions.py) say which tables; this says which rows of them, on lists, pages, searches and exports.
"""

from collections.abc import Callable, Collection
from typing import Any, NamedTuple

from django.db.models import Model, Q, QuerySet

from accounts.rules import roles
from core.audit import event_models
from omnistore.back_office.permissions import staff_of
from orders.models import Order
from orders.queries.scopes import orders_concerning, people_concerning


class Stores(NamedTuple):
    """The stores of a member of staff."""

    ids: Collection[int]
    codes: Collection[str]


Scope = Callable[[Stores], Q]


def _everything(stores: Stores) -> Q:
    return Q()


def _nothing(stores: Stores) -> Q:
    return Q(pk__in=())


def _at(path: str) -> Scope:
    return lambda stores: Q(**{f"{path}__in": stores.ids})


def _of_orders(path: str = "order") -> Scope:
    return lambda stores: Q(**{f"{path}__in": orders_concerning(stores.ids)})


def _of_returns(path: str = "") -> Scope:
    """Goods concern the stores of their order, and the place that took them back."""
    prefix = f"{path}__" if path else ""
    return lambda stores: (
        Q(**{f"{prefix}order__in": orders_concerning(stores.ids)}) | Q(**{f"{prefix}location__in": stores.ids})
    )


def _of_documents(path: str = "") -> Scope:
    return lambda stores: Q(**{f"{path}source__in": stores.ids}) | Q(**{f"{path}target__in": stores.ids})


def _of_people(path: str = "customer") -> Scope:
    return lambda stores: Q(**{f"{path}__in": people_concerning(stores.ids, stores.codes)})


def _about_orders(stores: Stores) -> Q:
    return Q(ref__in=Order.objects.filter(pk__in=orders_concerning(stores.ids)).values("number"))


# By table. What is not named here is for head office alone.
SCOPES: dict[str, Scope] = {
    **dict.fromkeys(
        (
            # What the shop sells, for how much, where it lies: every store sells all of it.
            *("inventory.category", "inventory.product", "inventory.variant", "inventory.barcode", "inventory.media"),
            *("inventory.price", "inventory.pricerange", "inventory.pricehistory", "inventory.pricelist"),
            *("inventory.listprice", "inventory.taxcategory", "inventory.deposit", "inventory.depositamount"),
            *("inventory.returnpolicy", "inventory.returnfee"),
            *("inventory.stocklevel", "inventory.heldstock", "inventory.location"),
            *("inventory.supplier", "inventory.supplierproduct"),
            *("inventory.openinghours", "inventory.openingexception"),
            *("carts.deliverymethod", "carts.deliveryrate", "carts.deliveryzone", "carts.deliveryarea"),
            *("carts.shippingrate", "carts.fee", "carts.taxzone", "carts.taxrate", "carts.promotion"),
            *("carts.paritycheck", "carts.paritydifference"),
            *("accounts.segment", "accounts.loyaltyprogramme", "accounts.loyaltytier", "orders.pointbonus"),
            *("orders.legalentity", "orders.carrierservice"),
        ),
        _everything,
    ),
    "inventory.stockdocument": _of_documents(),
    "inventory.stockdocumentline": _of_documents("document__"),
    "inventory.reorderrule": _at("location"),
    "inventory.stockmovement": _at("level__location"),
    "inventory.oversale": _at("level__location"),
    "inventory.reservation": _at("level__location"),
    "accounts.customer": _of_people("pk"),
    **dict.fromkeys(
        (
            *("accounts.address", "accounts.consent", "accounts.taxnumber", "accounts.segmentmembership"),
            *("accounts.balance", "accounts.tiermembership"),
        ),
        _of_people(),
    ),
    **dict.fromkeys(
        ("accounts.balanceentry", "accounts.balancehold", "accounts.pointaccrual", "accounts.pointbatch"),
        _of_people("balance__customer"),
    ),
    "accounts.pointredemption": _of_people("batch__balance__customer"),
    "core.journalentry": lambda stores: Q(store__in=stores.codes),
    "engagement.message": _about_orders,
    "orders.order": _of_orders("pk"),
    **dict.fromkeys(
        (
            *("orders.orderline", "orders.ordertax", "orders.orderdiscount", "orders.fulfilment", "orders.collector"),
            *("orders.payment", "orders.receiptrequest", "orders.balancedueentry"),
            *("orders.invoice", "orders.invoicerequest", "orders.registerreceipt"),
        ),
        _of_orders(),
    ),
    "orders.fulfilmentline": _of_orders("fulfilment__order"),
    "orders.handover": _of_orders("fulfilment__order"),
    "orders.shipment": _of_orders("fulfilment__order"),
    "orders.trackingevent": _of_orders("shipment__fulfilment__order"),
    "orders.paymentattempt": _of_orders("payment__order"),
    "orders.refund": _of_orders("payment__order"),
    "orders.pricereduction": _of_orders("order_line__order"),
    "orders.return": _of_returns(),
    "orders.returnline": _of_returns("parent"),
    "orders.returnedunits": _of_returns("line__parent"),
    "orders.tillsession": _at("store"),
    "orders.cardreader": _at("store"),
    "orders.cashregister": _at("store"),
    "orders.seller": _at("location"),
}


def visible(rows: QuerySet[Any], user: Any) -> QuerySet[Any]:
    """Return the rows that a person may see, without a statement of its own."""
    staff = staff_of(user)
    ids = staff.stores_with(roles.SEE_CUSTOMERS)
    if ids is None:
        return rows
    stores = Stores(ids, [store.code for store in staff.own_stores if store.id in ids])
    return rows.filter(_scope_of(rows.model, stores))


def _scope_of(model: type[Model], stores: Stores) -> Q:
    audited = next((table for table, changes in event_models().items() if changes is model), None)
    if audited is None:
        return SCOPES.get(model._meta.label_lower, _nothing)(stores)
    scope = SCOPES.get(audited._meta.label_lower, _nothing)
    # Former values are as visible as the row itself; those of a deleted one are for head office.
    return Q() if scope is _everything else Q(pgh_obj__in=audited._default_manager.filter(scope(stores)).values("pk"))
