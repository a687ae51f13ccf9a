"""A person's address book."""

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from accounts.channels.addresses import ADDRESS_EXAMPLE, AddressBody
from accounts.queries.addresses import FIELDS, address_json, get_address, list_addresses
from accounts.services.customers.addresses import add_address, change_address, remove_address
from accounts.sign_in.authentication import actor_of, person_ids, shopper_of
from core.errors import Malformed
from core.web.api.base import ApiView, PageQuery, answer, checked, checked_query, page_json, page_of

KEPT_EXAMPLE = {"id": "77", **ADDRESS_EXAMPLE, "is_default": True}
_EXAMPLES = [
    OpenApiExample("To keep", value={**ADDRESS_EXAMPLE, "is_default": True}, request_only=True),
    OpenApiExample("Kept", value=KEPT_EXAMPLE, response_only=True),
]


class KeptAddressBody(AddressBody):
    """An address for the address book."""

    is_default = serializers.BooleanField(default=False, help_text="There is one default; it is taken from another.")


class KeptAddress(KeptAddressBody):
    """An address in the address book."""

    id = serializers.CharField(read_only=True)


class AddressPage(serializers.Serializer[object]):
    results = KeptAddress(many=True)
    next = serializers.CharField(allow_null=True)


class Addresses(ApiView):
    """The address book of the signed-in person."""

    @extend_schema(
        operation_id="me_addresses_list",
        parameters=[PageQuery],
        responses=AddressPage,
        examples=[OpenApiExample("Book", value={"results": [KEPT_EXAMPLE], "next": None}, response_only=True)],
        tags=["me"],
    )
    def get(self, request: Request) -> HttpResponse:
        """List the person's addresses, the newest first."""
        page = page_of(checked_query(PageQuery, request))
        rows = list_addresses(person_ids=person_ids(shopper_of(request)), before=page.last_id(), limit=page.fetch)
        body = page_json(request, page, rows, key=lambda row: [row["id"]])
        return answer(body | {"results": [address_json(row) for row in body["results"]]})

    @extend_schema(
        operation_id="me_addresses_add",
        request=KeptAddressBody,
        responses={201: KeptAddress},
        examples=_EXAMPLES,
        tags=["me"],
    )
    def post(self, request: Request) -> HttpResponse:
        """Add an address; the first one becomes the default."""
        added = add_address(
            customer=shopper_of(request),
            person_ids=person_ids(shopper_of(request)),
            address=checked(KeptAddressBody, request),
            by=actor_of(request),
            now=timezone.now(),
        )
        return answer(address_json(added), status=201, headers={"Location": f"{request.path}{added.pk}/"})


class OneAddress(ApiView):
    """One address of the signed-in person."""

    @extend_schema(operation_id="me_addresses_read", responses=KeptAddress, examples=_EXAMPLES[1:], tags=["me"])
    def get(self, request: Request, address_id: int) -> HttpResponse:
        """Return an address."""
        return answer(address_json(get_address(person_ids=person_ids(shopper_of(request)), address_id=address_id)))

    @extend_schema(
        operation_id="me_addresses_replace",
        request=KeptAddressBody,
        responses=KeptAddress,
        examples=_EXAMPLES,
        tags=["me"],
    )
    def put(self, request: Request, address_id: int) -> HttpResponse:
        """Replace an address; orders keep the address with which they were placed."""
        return self._change(request, address_id, checked(KeptAddressBody, request))

    @extend_schema(
        operation_id="me_addresses_change",
        request=KeptAddressBody,
        responses=KeptAddress,
        examples=[OpenApiExample("Another house", value={"street_address": "Linienstraße 64"}, request_only=True)],
        tags=["me"],
    )
    def patch(self, request: Request, address_id: int) -> HttpResponse:
        """Change parts of an address; the result must be a valid address."""
        if not isinstance(request.data, dict):
            raise Malformed(_("Send an object with the fields to change."), field="")
        address = get_address(person_ids=person_ids(shopper_of(request)), address_id=address_id)
        as_it_stands = {field: getattr(address, field) for field in FIELDS if field != "id"}
        body = KeptAddressBody(data=as_it_stands | request.data)
        body.is_valid(raise_exception=True)
        return self._change(request, address_id, dict(body.validated_data))

    @extend_schema(operation_id="me_addresses_remove", responses={204: None}, tags=["me"])
    def delete(self, request: Request, address_id: int) -> HttpResponse:
        """Remove an address from the address book."""
        remove_address(
            customer=shopper_of(request),
            person_ids=person_ids(shopper_of(request)),
            address_id=address_id,
            by=actor_of(request),
            now=timezone.now(),
        )
        return HttpResponse(status=204, headers={"Cache-Control": "no-store"})

    def _change(self, request: Request, address_id: int, changes: dict[str, object]) -> HttpResponse:
        changed = change_address(
            customer=shopper_of(request),
            person_ids=person_ids(shopper_of(request)),
            address_id=address_id,
            changes=changes,
            by=actor_of(request),
            now=timezone.now(),
        )
        return answer(address_json(changed))
