"""Customers at the till: found, registered, and shown with everything the shop knows about them."""

from typing import Any, ClassVar

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from accounts.channels.emails import EmailText
from accounts.channels.output import LoyaltyOut, loyalty_json
from accounts.channels.phones import PhoneText
from accounts.queries.consents import ConsentInForce, consents_in_force
from accounts.queries.loyalty import loyalty_of
from accounts.queries.people import LONGEST_SEARCH, MOST_PEOPLE, Person, find_people, get_person
from accounts.queries.timeline import entry_json, timeline
from accounts.rules import roles
from accounts.services.customers.people import register_contact
from carts.channels.output import CartOut, cart_json
from carts.channels.views import parse_int
from carts.queries.carts import cart_of_customer
from core.money import money_json
from core.texts.languages import active_language, default_language
from core.web.api.base import StrictSerializer, answer, checked, checked_query
from core.web.api.schema import MoneySchema
from inventory.channels.staff import StaffApiView
from inventory.services.people_limits import list_people, open_person
from orders.api.output import OrderOut, order_json
from orders.queries.customer_value import BoughtSoFar, bought_so_far
from orders.queries.orders import orders_at_till

SHOWN_ENTRIES = 20
SHOWN_ORDERS = 10


class CustomerQuery(StrictSerializer):
    q = serializers.CharField(
        max_length=LONGEST_SEARCH, help_text="A name, an e-mail address, a phone number, or the number of the card."
    )
    limit = serializers.IntegerField(min_value=1, max_value=MOST_PEOPLE, default=20)


class NewCustomer(StrictSerializer):
    name = serializers.CharField(max_length=200, required=False, allow_blank=True)
    email = EmailText(required=False, allow_blank=True)
    phone = PhoneText(required=False, allow_blank=True)
    language = serializers.ChoiceField(settings.LANGUAGES, default=default_language)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs.get("email") and not attrs.get("phone"):
            raise serializers.ValidationError(_("Give an e-mail address or a phone number."))
        return attrs


class FoundCustomer(serializers.Serializer[Any]):
    id = serializers.CharField()
    name = serializers.CharField()
    email = serializers.CharField()
    email_verified = serializers.BooleanField()
    phone = serializers.CharField(help_text="E.164.")
    phone_verified = serializers.BooleanField()
    card = serializers.CharField()
    language = serializers.CharField()
    home_store = serializers.CharField(allow_null=True)
    preferred_channel = serializers.CharField()
    receipt_channel = serializers.CharField()
    joined_at = serializers.DateTimeField()
    has_account = serializers.BooleanField(help_text="False for somebody known from the till alone.")


class FoundCustomers(serializers.Serializer[Any]):
    results = FoundCustomer(many=True)
    next = serializers.CharField(allow_null=True)


class TimelineEntryOut(serializers.Serializer[Any]):
    id = serializers.CharField()
    kind = serializers.CharField()
    occurred_at = serializers.DateTimeField()
    channel = serializers.CharField()
    store = serializers.CharField(allow_null=True)
    summary = serializers.CharField()
    ref = serializers.CharField(allow_null=True)


class CustomerConsentOut(serializers.Serializer[Any]):
    medium = serializers.CharField()
    purpose = serializers.CharField()
    is_given = serializers.BooleanField()
    channel = serializers.CharField()
    store = serializers.CharField(allow_null=True)
    decided_at = serializers.DateTimeField()


class CustomerValueOut(serializers.Serializer[Any]):
    orders = serializers.IntegerField()
    spent = MoneySchema()
    last_order_at = serializers.DateTimeField()


class CustomerDetail(FoundCustomer):
    """One person across channels: their latest events, open cart, orders, consents, and total spending."""

    timeline = TimelineEntryOut(many=True)
    carts = CartOut(many=True, help_text="The open cart, if there is one.")
    orders = OrderOut(many=True, help_text="Those that this store serves.")
    consents = CustomerConsentOut(many=True)
    value = CustomerValueOut(many=True, help_text="By currency.")
    loyalty = LoyaltyOut()


NEW_EXAMPLE = OpenApiExample("Met at the till", value={"name": "Ana", "phone": "+491713920001"}, request_only=True)


class TillCustomers(StaffApiView):
    right: ClassVar[Any] = roles.SEE_CUSTOMERS

    @extend_schema(operation_id="till_customers", parameters=[CustomerQuery], responses=FoundCustomers, tags=["till"])
    def get(self, request: Request) -> HttpResponse:
        """Find customers by what they say about themselves, best match first."""
        query = checked_query(CustomerQuery, request)
        persons = find_people(text=query["q"], limit=query["limit"])
        ids = [person.id for person in persons]
        list_people(ids, staff=self.staff.staff, by=self.actor(request), now=timezone.now())
        return answer({"results": [_person_json(person) for person in persons], "next": None})

    @extend_schema(
        operation_id="till_customer_new",
        request=NewCustomer,
        responses={200: FoundCustomer, 201: FoundCustomer},
        examples=[NEW_EXAMPLE],
        tags=["till"],
    )
    def post(self, request: Request) -> HttpResponse:
        """Register a person met at the till: 201, or 200 with the person who is known by these details already."""
        body, by, now = checked(NewCustomer, request), self.actor(request), timezone.now()
        person, is_new = register_contact(by=by, now=now, **body)
        if not is_new:
            open_person(person.id, staff=self.staff.staff, by=by, now=now)
        return answer(_person_json(person), status=201 if is_new else 200)


class TillCustomer(StaffApiView):
    right = roles.SEE_CUSTOMERS

    @extend_schema(operation_id="till_customer", responses=CustomerDetail, tags=["till"])
    def get(self, request: Request, customer_id: str) -> HttpResponse:
        """Return one customer with their timeline, cart, orders, consents and value."""
        person = get_person(customer_id=parse_int(customer_id))
        by, now = self.actor(request), timezone.now()
        open_person(person.id, staff=self.staff.staff, by=by, now=now)
        entries = timeline(person_ids=person.ids, limit=SHOWN_ENTRIES)
        cart = cart_of_customer(person.ids, by=by, now=now)
        orders = orders_at_till(customer_ids=person.ids, store_id=self.store.id, limit=SHOWN_ORDERS)
        consents = consents_in_force(customer_id=person.id, person_ids=person.ids)
        return answer(
            {
                **_person_json(person),
                "timeline": [entry_json(entry) for entry in entries],
                "carts": [cart_json(cart, by=by, now=now)] if cart else [],
                "orders": [order_json(order, shows_codes=False) for order in orders],
                "consents": [_consent_json(consent) for consent in consents],
                "loyalty": loyalty_json(
                    loyalty_of(customer_id=person.id), card=person.card_number, language=active_language()
                ),
                "value": [_value_json(bought) for bought in bought_so_far(customer_ids=person.ids)],
            }
        )


def _person_json(person: Person) -> dict[str, Any]:
    return {
        "id": str(person.id),
        "name": person.name,
        "email": person.email,
        "email_verified": person.is_email_verified,
        "phone": person.phone,
        "phone_verified": person.is_phone_verified,
        "card": person.card_number,
        "language": person.language,
        "home_store": person.home_store or None,
        "preferred_channel": person.preferred_channel,
        "receipt_channel": person.receipt_channel,
        "joined_at": person.joined_at.isoformat(),
        "has_account": person.has_account,
    }


def _consent_json(consent: ConsentInForce) -> dict[str, Any]:
    return {
        "medium": consent.medium,
        "purpose": consent.purpose,
        "is_given": consent.is_given,
        "channel": consent.channel,
        "store": consent.store or None,
        "decided_at": consent.decided_at.isoformat(),
    }


def _value_json(bought: BoughtSoFar) -> dict[str, Any]:
    return {
        "orders": bought.orders,
        "spent": money_json(bought.spent, bought.currency),
        "last_order_at": bought.last_order_at.isoformat(),
    }
