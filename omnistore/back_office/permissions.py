"""The back-office permissions of a member of staff, derived from their roles."""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.db import models

from accounts.rules import roles
from inventory.queries.staff import Staff, staff_with_store

_CATALOGUE = (
    "category",
    "product",
    "variant",
    "barcode",
    "media",
    "price",
    "taxcategory",
    "deposit",
    "depositamount",
    "returnpolicy",
    "returnfee",
    "location",
    "openinghours",
    "pricelist",
    "listprice",
)
_DELIVERY = ("shippingrate", "deliverymethod", "deliveryrate", "deliveryzone", "deliveryarea")
_SEEN = {
    "accounts": (
        *("customer", "address", "consent", "taxnumber", "segment", "segmentmembership"),
        *("balance", "balanceentry", "balancehold"),
        *("loyaltyprogramme", "loyaltytier", "tiermembership", "pointaccrual", "pointbatch", "pointredemption"),
    ),
    "carts": (*_DELIVERY, "fee", "taxzone", "taxrate", "promotion", "paritycheck", "paritydifference"),
    "core": ("journalentry",),
    "engagement": ("message",),
    "inventory": (
        *_CATALOGUE,
        "openingexception",
        "pricerange",
        "pricehistory",
        "stocklevel",
        "heldstock",
        "stockdocument",
        "stockdocumentline",
        "stockmovement",
        "oversale",
        "reservation",
    ),
    "orders": (
        *("order", "orderline", "ordertax", "orderdiscount", "fulfilment", "fulfilmentline", "handover", "collector"),
        *("tillsession", "payment", "paymentattempt", "cardreader", "receiptrequest"),
        *("balancedueentry", "refund", "return", "returnline", "returnedunits", "pricereduction", "pointbonus"),
        *("legalentity", "seller", "cashregister", "carrierservice", "shipment", "trackingevent"),
        *("invoice", "invoicerequest", "registerreceipt"),
    ),
}
# What no store needs: a cart opens by its code and a voucher works by its code, whoever reads it.
_SEEN_BY_HEAD_OFFICE = {
    "accounts": ("customermerge", "taxnumbercheck"),
    "carts": (
        *("cart", "cartline", "wishlistitem"),
        *("voucher", "voucheruse", "vouchercount", "voucherbudget", "cartvoucher"),
    ),
    "core": ("unfinishedwork",),
    "inventory": ("pricefile",),
    "orders": ("guesthold", "webhookevent", "savedcard", "invoicecounter", "registercounter"),
}
_SEEN_BY_BUYERS: dict[str, tuple[str, ...]] = {"inventory": ("supplier", "supplierproduct", "reorderrule")}
_EDITED_BY_BUYERS: dict[str, tuple[str, ...]] = {"inventory": ("reorderrule",)}
_EDITED = {
    "accounts": ("segment", "segmentmembership", "loyaltyprogramme", "loyaltytier"),
    "carts": (*_DELIVERY, "fee", "taxzone", "taxrate", "promotion", "voucher"),
    "inventory": (*_CATALOGUE, "openingexception", "supplier", "supplierproduct"),
    "orders": ("cardreader", "pointbonus", "legalentity", "seller", "cashregister", "carrierservice"),
}


def _named(actions: tuple[str, ...], models_by_app: dict[str, tuple[str, ...]]) -> frozenset[str]:
    return frozenset(
        f"{app}.{action}_{model}" for app, names in models_by_app.items() for model in names for action in actions
    )


# Each right's permissions in the back office, by Django's names.
PERMISSIONS_BY_RIGHT = {
    roles.SEE_CUSTOMERS: _named(("view",), _SEEN),
    roles.SEE_ALL_STORES: _named(("view",), _SEEN_BY_HEAD_OFFICE) | {"orders.see_all_stores"},
    roles.EDIT_CATALOGUE: _named(("add", "change", "delete"), _EDITED),
    roles.MOVE_STOCK: frozenset({"inventory.move_stock"}),
    roles.CORRECT_STOCK: frozenset({"inventory.correct_stock"}),
    roles.PURCHASE: _named(("view",), _SEEN_BY_BUYERS)
    | _named(("add", "change", "delete"), _EDITED_BY_BUYERS)
    | {"inventory.purchase"},
    roles.SELL: frozenset({"orders.issue_invoice"}),
    roles.HAND_OVER: frozenset({"orders.send_parcel"}),
    roles.UNLOCK_PICKUP: frozenset({"orders.unlock_pickup"}),
    roles.CANCEL_ORDER: frozenset({"orders.cancel_order"}),
    roles.TAKE_RETURNS: frozenset({"orders.answer_return"}),
    roles.MERGE_CUSTOMERS: frozenset({"accounts.merge_customer", "accounts.change_taxnumber"}),
    roles.CORRECT_BALANCES: frozenset({"accounts.correct_balance", "accounts.add_balance"}),
}


class StaffBackend(BaseBackend):
    """
    Grants model permissions by role; superusers need none.

    If the object is a location, only the roles in that store count.
    """

    def has_perm(self, user_obj: Any, perm: str, obj: models.Model | None = None) -> bool:
        if not (user_obj.is_active and user_obj.is_staff):
            return False
        right = next((right for right, names in PERMISSIONS_BY_RIGHT.items() if perm in names), None)
        return right is not None and staff_of(user_obj).may(right, obj.pk if obj is not None else None)

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        return self.has_perm(user_obj, next(iter(_named(("view",), {app_label: _SEEN.get(app_label, ())})), ""))


def staff_of(user: Any) -> Staff:
    """Return the person's assignments, in one statement for each request."""
    staff = getattr(user, "staff", None)
    if staff is None:
        staff, _store = staff_with_store(customer_id=user.pk, is_superuser=user.is_superuser, wanted_code="")
        user.staff = staff
    return staff
