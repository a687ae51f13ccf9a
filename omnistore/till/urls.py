"""The till's URLs, below /admin/till/; all require a signed-in member of staff."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.views import View

from omnistore.till.views.base import is_htmx
from omnistore.till.views.documents.invoices import Invoice, InvoicePage
from omnistore.till.views.documents.slips import (
    GiftReceipt,
    Labels,
    PackingSlip,
    PackList,
    PickList,
    ReturnSlip,
)
from omnistore.till.views.exchanges import Exchange
from omnistore.till.views.fulfilment.elsewhere import Elsewhere
from omnistore.till.views.fulfilment.put_away import PutAway
from omnistore.till.views.home import Now
from omnistore.till.views.labels import CancelLabel, Label
from omnistore.till.views.loose_goods.returns import CreditSlip, LooseGoodsBack
from omnistore.till.views.orders import Cancellation, OrderPage, PayOut, ReducePrice, TakeBalance
from omnistore.till.views.parcels import FindParcel, ParcelAct, ParcelPage, Parcels
from omnistore.till.views.pay import Pay
from omnistore.till.views.people import CustomerPage, Find
from omnistore.till.views.pickups import Desk, FindPickup, HandOver, PickupAct, PickupPage
from omnistore.till.views.receipts import Done, GiftCardCode, Receipt
from omnistore.till.views.registers import Closing, Registers
from omnistore.till.views.returns import AnswerReturn, FindReturn, ParcelBack, Returns, TakeBack
from omnistore.till.views.sell import (
    ChangeLine,
    Emptied,
    LiveSale,
    NewCustomer,
    Recognised,
    Redeemed,
    SaleScreen,
    Scan,
    Till,
)
from omnistore.till.views.stores import Stores


def staff_only(view: type[View]) -> Callable[..., HttpResponseBase]:
    """Return the view with the back office's sign-in and CSRF protection, never cached."""
    answer = admin.site.admin_view(view.as_view())

    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = answer(request, *args, **kwargs)
        if response.status_code == 302 and is_htmx(request):
            # A script that requests a part would swap in the whole page of a redirect, for example the sign-in.
            return HttpResponse(status=204, headers={"HX-Redirect": _onwards(request, response)})
        return response

    return guarded


def _onwards(request: HttpRequest, response: HttpResponseBase) -> str:
    address = str(response.headers["Location"])
    shown = urlsplit(request.headers.get("HX-Current-URL", "")).path
    # After signing in, people return to the page that they were looking at, not to a part of it.
    is_sign_in = address.startswith(reverse("admin:login"))
    return f"{reverse('admin:login')}?{urlencode({'next': shown})}" if is_sign_in and shown else address


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
    path("sales/<str:key>/lines/<int:line_id>/", staff_only(ChangeLine), name="till_line"),
    path("sales/<str:key>/emptying/", staff_only(Emptied), name="till_empty"),
    path("sales/<str:key>/voucher/", staff_only(Redeemed), name="till_voucher"),
    path("sales/<str:key>/payment/", staff_only(Pay), name="till_pay"),
    path("now/", staff_only(Now), name="till_now"),
    path("pickups/", staff_only(Desk), name="till_pickups"),
    path("pickups/pick-list/", staff_only(PickList), name="till_pick_list"),
    path("put-away/", staff_only(PutAway), name="till_put_away"),
    path("pickups/find/", staff_only(FindPickup), name="till_find_pickup"),
    path("pickups/<int:pickup_id>/", staff_only(PickupPage), name="till_pickup"),
    path("pickups/<int:pickup_id>/handover/", staff_only(HandOver), name="till_hand_over"),
    path("pickups/<int:pickup_id>/<slug:act>/", staff_only(PickupAct), name="till_pickup_act"),
    path("parcels/", staff_only(Parcels), name="till_parcels"),
    path("parcels/pick-list/", staff_only(PackList), name="till_pack_list"),
    path("parcels/find/", staff_only(FindParcel), name="till_find_parcel"),
    path("parcels/<int:parcel_id>/", staff_only(ParcelPage), name="till_parcel"),
    path("parcels/<int:parcel_id>/label/", staff_only(Label), name="till_label"),
    path("parcels/<int:parcel_id>/label/cancellation/", staff_only(CancelLabel), name="till_cancel_label"),
    path("parcels/<int:parcel_id>/<slug:act>/", staff_only(ParcelAct), name="till_parcel_act"),
    path("returns/", staff_only(Returns), name="till_returns"),
    path("returns/find/", staff_only(FindReturn), name="till_find_return"),
    path("returns/<str:number>/parcel/", staff_only(ParcelBack), name="till_parcel_back"),
    path("labels/", staff_only(Labels), name="till_labels"),
    path("returns/<str:number>/credit/", staff_only(CreditSlip), name="till_credit_slip"),
    path("returns/<str:number>/slip/", staff_only(ReturnSlip), name="till_return_slip"),
    path("returns/<str:number>/answer/", staff_only(AnswerReturn), name="till_answer_return"),
    path("orders/<str:number>/return/", staff_only(TakeBack), name="till_take_back"),
    path("orders/<str:number>/exchange/", staff_only(Exchange), name="till_exchange"),
    path("find/", staff_only(Find), name="till_find"),
    path("customers/<int:customer_id>/return/", staff_only(LooseGoodsBack), name="till_loose_goods"),
    path("customers/<int:customer_id>/", staff_only(CustomerPage), name="till_customer"),
    path("orders/<str:number>/", staff_only(OrderPage), name="till_order"),
    path("orders/<str:number>/cancellation/", staff_only(Cancellation), name="till_cancel"),
    path("orders/<str:number>/price-reductions/", staff_only(ReducePrice), name="till_reduce_price"),
    path("orders/<str:number>/payments/", staff_only(TakeBalance), name="till_take_due"),
    path("orders/<str:number>/refunds/", staff_only(PayOut), name="till_pay_out"),
    path("orders/<str:number>/parts/<int:fulfilment_id>/elsewhere/", staff_only(Elsewhere), name="till_elsewhere"),
    path("orders/<str:number>/done/", staff_only(Done), name="till_done"),
    path("orders/<str:number>/gift-cards/<int:card_id>/", staff_only(GiftCardCode), name="till_gift_card"),
    path("orders/<str:number>/gift-receipt/", staff_only(GiftReceipt), name="till_gift_receipt"),
    path("orders/<str:number>/packing-slips/<int:fulfilment_id>/", staff_only(PackingSlip), name="till_packing_slip"),
    path("orders/<str:number>/invoices/", staff_only(InvoicePage), name="till_invoices"),
    path("orders/<str:number>/invoices/<str:invoice_number>/", staff_only(Invoice), name="till_invoice"),
    path("orders/<str:number>/receipt/", staff_only(Receipt), name="till_receipt"),
]
