"""The addresses of the web shop."""

from django.urls import path
from django.views.i18n import set_language

from omnistore.storefront.views import account, addresses, cart, catalogue, checkout, orders, products, stores, wishlist

urlpatterns = [
    path("", catalogue.home, name="home"),
    path("c/<slug:slug>/", catalogue.category, name="category"),
    path("search/", catalogue.search, name="search"),
    path("p/<slug:slug>/", products.product, name="product"),
    path("stores/", stores.stores, name="stores"),
    path("stores/<slug:code>/", stores.store, name="store"),
    path("cart/", cart.cart, name="cart"),
    path("cart/add/", cart.add, name="cart_add"),
    path("cart/empty/", cart.empty, name="cart_empty"),
    path("cart/voucher/", cart.voucher, name="cart_voucher"),
    path("cart/stream/", cart.stream, name="cart_stream"),
    path("cart/lines/<int:line_id>/", cart.line, name="cart_line"),
    path("cart/lines/<int:line_id>/save/", cart.save, name="cart_save"),
    path("wishlist/", wishlist.wishlist, name="wishlist"),
    path("wishlist/save/", wishlist.save, name="wishlist_save"),
    path("wishlist/take/", wishlist.take, name="wishlist_take"),
    path("wishlist/forget/", wishlist.forget, name="wishlist_forget"),
    path("checkout/", checkout.checkout, name="checkout"),
    path("orders/", orders.orders, name="orders"),
    path("orders/<str:number>/", orders.order, name="order"),
    path("orders/<str:number>/receipt/", orders.receipt, name="order_receipt"),
    path("orders/<str:number>/confirm/", orders.confirm, name="order_confirm"),
    path("orders/<str:number>/cancel/", orders.cancel, name="order_cancel"),
    path("orders/<str:number>/gift-cards/<int:card_id>/", orders.gift_card, name="order_gift_card"),
    path("orders/<str:number>/<slug:key>/gift-cards/<int:card_id>/", orders.gift_card, name="guest_order_gift_card"),
    path("orders/<str:number>/<slug:key>/", orders.order, name="guest_order"),
    path("orders/<str:number>/<slug:key>/receipt/", orders.receipt, name="guest_order_receipt"),
    path("orders/<str:number>/<slug:key>/confirm/", orders.confirm, name="guest_order_confirm"),
    path("orders/<str:number>/<slug:key>/cancel/", orders.cancel, name="guest_order_cancel"),
    path("account/", account.account, name="account"),
    path("account/addresses/new/", addresses.add, name="address_add"),
    path("account/addresses/<int:address_id>/", addresses.change, name="address_change"),
    path("account/addresses/<int:address_id>/delete/", addresses.delete, name="address_delete"),
    path("welcome/", account.welcome, name="welcome"),
    path("language/", set_language, name="language"),
]
