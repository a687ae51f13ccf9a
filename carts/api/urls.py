from django.urls import path

from carts.api import carts, options, till, vouchers, wishlist

urlpatterns = [
    path("cart/", carts.ShoppersCart.as_view()),
    path("cart/lines/", carts.CartLines.as_view()),
    path("cart/lines/<str:line_id>/", carts.CartLine.as_view()),
    path("cart/lines/<str:line_id>/save/", wishlist.SaveLine.as_view()),
    path("cart/vouchers/", vouchers.CartVouchers.as_view()),
    path("cart/vouchers/<str:code>/", vouchers.CartVoucher.as_view()),
    path("cart/stream/", carts.CartStream.as_view()),
    path("cart/handover/<str:code>.svg", carts.CartCodePicture.as_view()),
    path("cart/fulfilment-options/", options.FulfilmentOptions.as_view()),
    path("wishlist/", wishlist.Wishlist.as_view()),
    path("till/carts/<str:code>/", till.CartByCode.as_view()),
    path("till/customers/<str:customer_id>/cart/", till.CustomerCart.as_view()),
    path("till/customers/<str:customer_id>/cart/lines/", till.CustomerCartLines.as_view()),
    path("till/customers/<str:customer_id>/cart/lines/<str:line_id>/", till.CustomerCartLine.as_view()),
    path("till/customers/<str:customer_id>/cart/vouchers/", till.CustomerCartVouchers.as_view()),
    path("till/customers/<str:customer_id>/cart/vouchers/<str:code>/", till.CustomerCartVoucher.as_view()),
]
