from django.urls import path

from orders.api import checkout, orders, sales

urlpatterns = [
    path("checkout/", checkout.Checkout.as_view()),
    path("orders/", orders.Orders.as_view()),
    path("orders/<str:number>/", orders.OrderDetail.as_view()),
    path("orders/<str:number>/payment/", checkout.OrderPayment.as_view()),
    path("test-provider/<uuid:key>/confirmation/", checkout.TestConfirmation.as_view()),
    path("till/sales/", sales.Sales.as_view()),
]
