"""The URLs of people's own data, below /api/v1/."""

from django.urls import path

from accounts.api import addresses, balances, consents, me, timeline, visit_events

urlpatterns = [
    path("me/", me.Me.as_view()),
    path("me/timeline/", timeline.Timeline.as_view()),
    path("me/consents/", consents.Consents.as_view()),
    path("me/addresses/", addresses.Addresses.as_view()),
    path("me/addresses/<int:address_id>/", addresses.OneAddress.as_view()),
    path("me/balances/", balances.Balances.as_view()),
    path("me/balances/entries/", balances.Entries.as_view()),
    path("gift-cards/balance/", balances.GiftCardBalance.as_view()),
    path("events/", visit_events.VisitEvents.as_view()),
]
