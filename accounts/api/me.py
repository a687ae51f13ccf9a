"""The signed-in person's own details."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from accounts.channels.emails import EmailText
from accounts.channels.output import LOYALTY_EXAMPLE, LoyaltyOut, loyalty_json
from accounts.channels.phones import PhoneText
from accounts.models import Customer
from accounts.models.customers import MESSAGE_CHANNELS, RECEIPT_CHANNELS
from accounts.queries.loyalty import loyalty_of
from accounts.queries.people import has_proved_email
from accounts.services.identity.profile import change_profile
from accounts.sign_in.authentication import actor_of, shopper_of
from core.texts.languages import active_language
from core.web.api.base import ApiView, StrictSerializer, answer, checked

ME = {
    "id": "1042",
    "name": "Ana Moreno",
    "email": "ana@example.com",
    "email_verified": True,
    "phone": "+491713920001",
    "phone_verified": True,
    "language": "en",
    "home_store": "ber-mitte",
    "preferred_channel": "email",
    "receipt_channel": "email",
    "loyalty": LOYALTY_EXAMPLE,
}


class ProfileChange(StrictSerializer):
    """The details that people may change themselves; a new address or number is changed with a code instead."""

    name = serializers.CharField(max_length=200, allow_blank=True, required=False)
    email = EmailText(required=False, allow_blank=True, help_text="As it stands; see the refusal.")
    phone = PhoneText(required=False, allow_blank=True, help_text="As it stands; see the refusal.")
    language = serializers.ChoiceField(settings.LANGUAGES, required=False)
    home_store = serializers.RegexField(
        r"^[a-z0-9-]*$", max_length=40, required=False, allow_blank=True, help_text="A store's code, empty for none."
    )
    preferred_channel = serializers.ChoiceField(MESSAGE_CHANNELS, required=False)
    receipt_channel = serializers.ChoiceField(RECEIPT_CHANNELS, required=False)


class Profile(serializers.Serializer[Any]):
    id = serializers.CharField()
    name = serializers.CharField()
    email = serializers.CharField()
    email_verified = serializers.BooleanField()
    phone = serializers.CharField(help_text="E.164.")
    phone_verified = serializers.BooleanField()
    language = serializers.CharField()
    home_store = serializers.CharField(allow_null=True)
    preferred_channel = serializers.CharField()
    receipt_channel = serializers.CharField()
    loyalty = LoyaltyOut()


class Me(ApiView):
    """The signed-in person."""

    @extend_schema(
        operation_id="me_read",
        responses=Profile,
        examples=[OpenApiExample("Ana", value=ME, response_only=True)],
        tags=["me"],
    )
    def get(self, request: Request) -> HttpResponse:
        """Return the person's own details."""
        return answer(_profile_json(shopper_of(request)))

    @extend_schema(
        operation_id="me_change",
        request=ProfileChange,
        responses=Profile,
        examples=[
            OpenApiExample("Another store", value={"home_store": "ham-altona"}, request_only=True),
            OpenApiExample("Ana", value=ME, response_only=True),
        ],
        tags=["me"],
    )
    def patch(self, request: Request) -> HttpResponse:
        """
        Change the person's own details; omitted fields do not change.

        Another e-mail address or phone number is refused with `verification_required`: it is changed at the URL in
        `change_at`, with a code sent to the new one.
        """
        changes = checked(ProfileChange, request)
        shopper = shopper_of(request)
        change_profile(customer=shopper, changes=changes, by=actor_of(request), now=timezone.now())
        return answer(_profile_json(shopper))


def _profile_json(customer: Customer) -> dict[str, Any]:
    return {
        "id": str(customer.pk),
        "name": customer.name,
        "email": customer.email,
        "email_verified": has_proved_email(customer.pk, customer.email),
        "phone": str(customer.phone),
        "phone_verified": customer.phone_verified_at is not None,
        "language": customer.language,
        "home_store": customer.home_store or None,
        "preferred_channel": customer.preferred_channel,
        "receipt_channel": customer.receipt_channel,
        "loyalty": loyalty_json(
            loyalty_of(customer_id=customer.pk), card=customer.card_number, language=active_language()
        ),
    }
