from django.urls import path

from orders.api import checkout, orders, receipts, returns
from orders.api.fulfilment import cancellation, collector, pickups
from orders.api.payments import balance_payments, cards, gift_cards, points, webhooks
from orders.api.registers import sales, till_customers, till_orders, till_sessions

urlpatterns = [
    path("checkout/", checkout.Checkout.as_view()),
    path("checkout/points/", points.CartPoints.as_view()),
    path("me/cards/", cards.SavedCards.as_view()),
    path("me/cards/<str:card_id>/", cards.OneSavedCard.as_view()),
    path("orders/", orders.Orders.as_view()),
    path("orders/<str:number>/", orders.OrderDetail.as_view()),
    path("orders/<str:number>/payment/", checkout.OrderPayment.as_view()),
    path("orders/<str:number>/payments/", balance_payments.OrderPayments.as_view()),
    path("orders/<str:number>/cancellation/", cancellation.OrderCancellation.as_view()),
    path("orders/<str:number>/gift-cards/", gift_cards.OrderGiftCards.as_view()),
    path("orders/<str:number>/gift-cards/<str:card_id>/code/", gift_cards.OrderGiftCardCode.as_view()),
    path("orders/<str:number>/returns/", returns.OrderReturns.as_view()),
    path("orders/<str:number>/returns/<str:return_number>/cancellation/", returns.ReturnCancellation.as_view()),
    path("orders/<str:number>/receipt/", receipts.OrderReceipt.as_view()),
    path("orders/<str:number>/pickup/collector/", collector.PickupCollector.as_view()),
    path("test-provider/<uuid:key>/confirmation/", checkout.TestConfirmation.as_view()),
    path("webhooks/<slug:provider>/", webhooks.Webhook.as_view()),
    path("till/customers/", till_customers.TillCustomers.as_view()),
    path("till/customers/<str:customer_id>/", till_customers.TillCustomer.as_view()),
    path("till/orders/", till_orders.TillOrders.as_view()),
    path("till/orders/<str:number>/", till_orders.TillOrder.as_view()),
    path("till/orders/<str:number>/payments/", balance_payments.TillOrderPayments.as_view()),
    path("till/orders/<str:number>/cancellation/", cancellation.TillCancellation.as_view()),
    path("till/orders/<str:number>/receipt/", receipts.TillReceipt.as_view()),
    path("till/orders/<str:number>/gift-cards/", gift_cards.TillGiftCards.as_view()),
    path("till/orders/<str:number>/gift-cards/<str:card_id>/code/", gift_cards.TillGiftCardCode.as_view()),
    path("till/pickups/", pickups.Pickups.as_view()),
    path("till/pickups/<str:pickup_id>/", pickups.Pickup.as_view()),
    path("till/pickups/<str:pickup_id>/acceptance/", pickups.Acceptance.as_view()),
    path("till/pickups/<str:pickup_id>/picking/", pickups.Picking.as_view()),
    path("till/pickups/<str:pickup_id>/readiness/", pickups.Readiness.as_view()),
    path("till/pickups/<str:pickup_id>/rejection/", pickups.RejectPickup.as_view()),
    path("till/pickups/<str:pickup_id>/handover/", pickups.HandOver.as_view()),
    path("till/pickups/<str:pickup_id>/unlocking/", pickups.Unlocking.as_view()),
    path("till/refunds/<str:refund_id>/payout/", till_orders.RefundPayOut.as_view()),
    path("till/sales/", sales.Sales.as_view()),
    path("till/sessions/", till_sessions.TillSessions.as_view()),
    path("till/sessions/<str:session_id>/", till_sessions.TillSession.as_view()),
]
