"""The till's pages, below /admin/till/; every one asks for a signed-in member of staff."""

from collections.abc import Callable

from django.contrib import admin
from django.http import HttpResponseBase
from django.urls import URLPattern, path
from django.views import View

from omnistore.till.views.home import Now
from omnistore.till.views.orders import Cancellation, OrderPage, PayOut
from omnistore.till.views.pay import Pay
from omnistore.till.views.people import CustomerPage, Find
from omnistore.till.views.pickups import Desk, FindPickup, HandOver, PickupAct, PickupPage
from omnistore.till.views.receipts import Done, Receipt
from omnistore.till.views.registers import Closing, Registers
from omnistore.till.views.sell import Emptied, Line, LiveSale, NewCustomer, Recognised, SaleScreen, Scan, Till
from omnistore.till.views.stores import Stores


def staff_only(view: type[View]) -> Callable[..., HttpResponseBase]:
    """Return the view behind the back office's own sign-in, never cached, with protection against forged forms."""
    return admin.site.admin_view(view.as_view())


urlpatterns: list[URLPattern] = [
    path("", staff_only(Till), name="till"),
    path("stores/", staff_only(Stores), name="till_stores"),
    path("registers/", staff_only(Registers), name="till_registers"),
    path("registers/<int:session_id>/closing/", staff_only(Closing), name="till_closing"),
    path("scan/", staff_only(Scan), name="till_scan"),
    path("sales/<str:key>/", staff_only(SaleScreen), name="till_sale"),
    path("sales/<str:key>/live/", staff_only(LiveSale), name="till_live"),
    path("sales/<str:key>/customer/", staff_only(Recognised), name="till_recognise"),
    path("sales/<str:key>/customer/new/", staff_only(NewCustomer), name="till_new_customer"),
    path("sales/<str:key>/lines/<int:line_id>/", staff_only(Line), name="till_line"),
    path("sales/<str:key>/emptying/", staff_only(Emptied), name="till_empty"),
    path("sales/<str:key>/payment/", staff_only(Pay), name="till_pay"),
    path("now/", staff_only(Now), name="till_now"),
    path("pickups/", staff_only(Desk), name="till_pickups"),
    path("pickups/find/", staff_only(FindPickup), name="till_find_pickup"),
    path("pickups/<int:pickup_id>/", staff_only(PickupPage), name="till_pickup"),
    path("pickups/<int:pickup_id>/handover/", staff_only(HandOver), name="till_hand_over"),
    path("pickups/<int:pickup_id>/<slug:act>/", staff_only(PickupAct), name="till_pickup_act"),
    path("find/", staff_only(Find), name="till_find"),
    path("customers/<int:customer_id>/", staff_only(CustomerPage), name="till_customer"),
    path("orders/<str:number>/", staff_only(OrderPage), name="till_order"),
    path("orders/<str:number>/cancellation/", staff_only(Cancellation), name="till_cancel"),
    path("orders/<str:number>/refunds/", staff_only(PayOut), name="till_pay_out"),
    path("orders/<str:number>/done/", staff_only(Done), name="till_done"),
    path("orders/<str:number>/receipt/", staff_only(Receipt), name="till_receipt"),
]
