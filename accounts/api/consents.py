"""A person's consents to messages."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from accounts.models.consents import MEDIA, PURPOSES
from accounts.queries.consents import consents_in_force
from accounts.services.consents import Decision, decide_consents
from accounts.sign_in.authentication import actor_of, person_ids, shopper_of
from core.web.api.base import ApiView, StrictSerializer, answer, checked

_DECISION = {"medium": "email", "purpose": "marketing", "is_given": True, "text_version": "2026-11"}
_IN_FORCE = {**_DECISION, "channel": "app", "store": None, "decided_at": "2026-11-21T12:00:00+00:00"}


class DecisionBody(StrictSerializer):
    """One medium and purpose, allowed or not."""

    medium = serializers.ChoiceField(MEDIA)
    purpose = serializers.ChoiceField(PURPOSES)
    is_given = serializers.BooleanField()
    text_version = serializers.RegexField(
        r"^[A-Za-z0-9._-]{1,40}$", help_text="Which wording the person saw when deciding."
    )


class DecisionsBody(StrictSerializer):
    """Decisions about some media and purposes; omitted ones do not change."""

    consents = serializers.ListField(child=DecisionBody(), allow_empty=False, max_length=len(MEDIA) * len(PURPOSES))

    def validate_consents(self, value: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if len({(decision["medium"], decision["purpose"]) for decision in value}) < len(value):
            raise serializers.ValidationError(_("Name each medium and purpose once."), code="repeated")
        return value


class ConsentOut(serializers.Serializer[Any]):
    """A decision in force, with where and when it was made; `decided_at` is null if nothing was decided."""

    medium = serializers.ChoiceField(MEDIA)
    purpose = serializers.ChoiceField(PURPOSES)
    is_given = serializers.BooleanField()
    text_version = serializers.CharField(allow_null=True)
    channel = serializers.CharField(allow_null=True)
    store = serializers.CharField(allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)


class ConsentsOut(serializers.Serializer[Any]):
    consents = ConsentOut(many=True)


class Consents(ApiView):
    """The signed-in person's consents, by medium and purpose."""

    @extend_schema(
        operation_id="me_consents_read",
        responses=ConsentsOut,
        examples=[OpenApiExample("Newsletter", value={"consents": [_IN_FORCE]}, response_only=True)],
        tags=["me"],
    )
    def get(self, request: Request) -> HttpResponse:
        """Return the decision in force for every medium and purpose; without a decision it is not allowed."""
        return answer(_consents_json(request))

    @extend_schema(
        operation_id="me_consents_decide",
        request=DecisionsBody,
        responses=ConsentsOut,
        examples=[
            OpenApiExample("Subscribe", value={"consents": [_DECISION]}, request_only=True),
            OpenApiExample("Newsletter", value={"consents": [_IN_FORCE]}, response_only=True),
        ],
        tags=["me"],
    )
    def put(self, request: Request) -> HttpResponse:
        """Record decisions; the earlier ones stay on record."""
        body = checked(DecisionsBody, request)
        decide_consents(
            customer_id=shopper_of(request).pk,
            person_ids=person_ids(shopper_of(request)),
            decisions=[Decision(**decision) for decision in body["consents"]],
            by=actor_of(request),
            now=timezone.now(),
        )
        return answer(_consents_json(request))


def _consents_json(request: Request) -> dict[str, Any]:
    in_force = consents_in_force(customer_id=shopper_of(request).pk, person_ids=person_ids(shopper_of(request)))
    decided = {(consent.medium, consent.purpose): consent for consent in in_force}
    consents = []
    for medium, _medium_label in MEDIA:
        for purpose, _purpose_label in PURPOSES:
            consent = decided.get((medium, purpose))
            consents.append(
                {
                    "medium": medium,
                    "purpose": purpose,
                    "is_given": consent.is_given if consent else False,
                    "text_version": consent.text_version if consent else None,
                    "channel": consent.channel if consent else None,
                    "store": (consent.store or None) if consent else None,
                    "decided_at": consent.decided_at.isoformat() if consent else None,
                }
            )
    return {"consents": consents}
