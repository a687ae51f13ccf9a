"""The wish list."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request

from accounts.sign_in.authentication import actor_of, person_ids
from carts.channels.output import CartOut
from carts.channels.views import VERSION_PARAMETER, CartApiView, answer_cart, cart_of, owner_of, parse_int, version_of
from carts.queries.wishlists import wishlist_of
from carts.services.wishlists import forget_saved, move_line_to_wishlist, save_for_later
from core.money import money_json
from core.texts.translated import in_language
from core.web.api.base import ApiView, PageQuery, StrictSerializer, answer, checked, checked_query, page_json, page_of
from core.web.api.schema import MoneySchema


class Saved(StrictSerializer):
    sku = serializers.CharField(max_length=64)


class SavedOut(serializers.Serializer[Any]):
    sku = serializers.CharField()
    product = serializers.CharField()
    name = serializers.CharField()
    unit_price = MoneySchema(allow_null=True)
    is_on_sale = serializers.BooleanField()
    added_channel = serializers.CharField()
    added_at = serializers.DateTimeField()


class SavedListOut(serializers.Serializer[Any]):
    results = SavedOut(many=True)
    next = serializers.CharField(allow_null=True)


class SaveLine(CartApiView):
    permission_classes = [IsAuthenticated]

    @extend_schema(
        operation_id="cart_save_line", parameters=[VERSION_PARAMETER], request=None, responses=CartOut, tags=["cart"]
    )
    def post(self, request: Request, line_id: str) -> HttpResponse:
        """Move a line from the cart to the wish list."""
        by, now = actor_of(request), timezone.now()
        owner = owner_of(request, now=now)
        move_line_to_wishlist(
            owner=owner,
            customer_id=person_ids(request.user)[0],
            line_id=parse_int(line_id),
            by=by,
            now=now,
            version=version_of(request),
        )
        return answer_cart(cart_of(owner, by=by, now=now), by=by, now=now)


class Wishlist(ApiView):
    permission_classes = [IsAuthenticated]

    @extend_schema(operation_id="wishlist", parameters=[PageQuery], responses=SavedListOut, tags=["cart"])
    def get(self, request: Request) -> HttpResponse:
        """The caller's wish list, newest first."""
        page = page_of(checked_query(PageQuery, request))
        rows = wishlist_of(customer_ids=person_ids(request.user), page=page, by=actor_of(request), now=timezone.now())
        body = page_json(request, page, rows, key=lambda row: [row["id"]])
        body["results"] = [_saved_json(row) for row in body["results"]]
        return answer(body)

    @extend_schema(
        operation_id="wishlist_add",
        request=Saved,
        responses={204: None},
        examples=[OpenApiExample("A mug", value={"sku": "MUG-STONE"}, request_only=True)],
        tags=["cart"],
    )
    def post(self, request: Request) -> HttpResponse:
        """Add a variant to the wish list."""
        body = checked(Saved, request)
        save_for_later(customer_id=person_ids(request.user)[0], by=actor_of(request), now=timezone.now(), **body)
        return HttpResponse(status=204)

    @extend_schema(
        operation_id="wishlist_remove",
        parameters=[OpenApiParameter("sku", str, required=True)],
        responses={204: None},
        tags=["cart"],
    )
    def delete(self, request: Request) -> HttpResponse:
        """Remove a variant from the wish list."""
        query = checked_query(Saved, request)
        forget_saved(customer_ids=person_ids(request.user), **query)
        return HttpResponse(status=204)


def _saved_json(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "sku": row["sku"],
        "product": row["slug"],
        "name": in_language(row["name"]),
        "unit_price": None if row["unit_price"] is None else money_json(row["unit_price"], row["currency"]),
        "is_on_sale": row["is_on_sale"],
        "added_channel": row["added_channel"],
        "added_at": row["added_at"].isoformat(),
    }
