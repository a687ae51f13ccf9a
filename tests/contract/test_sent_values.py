"""Whatever the API takes in the body of a change, and an import in a file, every page and route can show."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import Address
from orders.models import Order
from tests.client import Api
from tests.contract.hostile_values import SENT, TYPED
from tests.contract.storing import REFUSED, fault_of, shown_badly, stored, undone
from tests.factories.accounts import bearer
from tests.factories.pricing import make_voucher

pytestmark = pytest.mark.django_db

ADDRESS = {
    "name": "Ana Moreno",
    "street_address": "Torstraße 1",
    "postal_code": "10119",
    "city": "Berlin",
    "city_area": "",
    "country_area": "",
    "country_code": "DE",
    "phone": "",
}


class Body(NamedTuple):
    """A request that changes something, as it is accepted; by_clerk: the person's, or the clerk's at the till."""

    method: str
    path: str
    members: dict[str, Any]
    by_clerk: bool = False


class Sent(NamedTuple):
    """One member of a body, and what is sent for it."""

    body: int
    member: tuple[str | int, ...]
    value: Any


class Cell(NamedTuple):
    """One cell of a file to import, and what stands there."""

    command: str
    column: str
    value: str


# The row that each import takes.
FILES = {
    "import_products": {
        "sku": "MUG", "product": "mug", "name_en": "Mug", "name_fa": "ماگ", "brand": "Kiln", "category": "kitchen",
        "attributes": "colour=Blue", "price": "12.90", "currency": "EUR", "barcodes": "4006381333931",
    },
    "import_customers": {
        "external_id": "1001", "name": "Ana", "email": "ana.moreno@example.com", "phone": "+34 612 34 56 78",
        "language": "en",
    },
    "import_stores": {
        "code": "high-street", "kind": "store", "name_en": "High Street", "street_address": "Torstr. 1",
        "postal_code": "10119", "city": "Berlin", "country_code": "de", "latitude": "52.53", "longitude": "13.40",
        "time_zone": "Europe/Berlin", "hours": "Mo-Fr 09:00-18:00", "services": "pickup returns",
        "pickup_lead_minutes": "60",
    },
    "import_stock": {"sku": "MUG", "location": "high-street", "on_hand": "7", "safety": "1"},
    "import_prices": {"sku": "MUG", "price_list": "", "min_quantity": "", "price": "11.90", "currency": "EUR"},
    "import_history": {
        "order": "1001", "placed_at": "2024-05-01T10:00:00+02:00", "sku": "MUG", "quantity": "1",
        "unit_price": "12.90", "currency": "EUR", "channel": "till", "name": "Mug", "customer": "77",
        "email": "sam@example.com", "store": "high-street",
    },
}  # fmt: skip


@pytest.fixture
def bodies(visitor, ana, high_street):
    address, order = Address.objects.get(customer=ana), Order.objects.get(customer=ana, fulfilments__kind="pickup")
    cart = Api(ana).get("cart/").json()
    line = cart["lines"][0]
    make_voucher("HELLO")
    return [
        Body("patch", "me/", {"name": "Ana", "language": "en", "home_store": "high-street",
                              "preferred_channel": "email", "receipt_channel": "email"}),
        Body("put", f"me/addresses/{address.pk}/", ADDRESS),
        Body("patch", f"me/addresses/{address.pk}/", {"street_address": "Weg 1", "postal_code": "10119"}),
        Body("post", "me/addresses/", ADDRESS),
        Body("put", "me/consents/", {"consents": [
            {"medium": "email", "purpose": "marketing", "is_given": True, "text_version": "2026-11"}]}),
        Body("patch", f"cart/lines/{line['id']}/", {"quantity": 2}),
        Body("post", "cart/lines/", {"sku": "MUG", "quantity": 1}),
        Body("post", "cart/vouchers/", {"code": "HELLO"}),
        Body("post", f"orders/{order.number}/pickup/collector/", {"name": "Sam", "phone": "+4930123456"}),
        Body("post", "till/customers/", {"name": "Sam", "email": "sam@example.com", "phone": "+4930123456",
                                         "language": "en"}, by_clerk=True),
        Body("post", "events/", {"events": [
            {"message_id": "0123456789", "kind": "product_viewed", "occurred_at": "2026-11-20T12:00:00Z",
             "url": "https://shop.example/p/mug/", "campaign": "spring"}]}),
        Body("post", "checkout/", {
            "cart_version": cart["version"], "expected_total": cart["totals"]["grand"],
            "payments": [{"method": "test"}], "contact": {"email": "ana@example.com", "phone": "+4930123456"},
            "fulfilments": [{"kind": "pickup", "store": "high-street"}]}),
    ]  # fmt: skip


def members_of(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the path of every member and item of a JSON value."""
    if path:
        yield path
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inside:
        yield from members_of(item, (*path, key))


def replaced(value: Any, path: tuple[str | int, ...], other: Any) -> Any:
    """Return a JSON value with another one at a path."""
    if not path:
        return other
    changed = value.copy()
    changed[path[0]] = replaced(value[path[0]], path[1:], other)
    return changed


class Sender:
    """Sends bodies with one member replaced."""

    def __init__(self, bodies: list[Body], ana: Any, mona: Any, store: str) -> None:
        self._bodies = bodies
        self._client = Client(raise_request_exception=False)
        self._headers = {False: bearer(ana), True: {**bearer(mona), "X-Store": store}}
        self.faults: list[tuple[Sent, str]] = []

    def store(self, sent: Sent) -> bool:
        """Whether the API takes the body; a fault is kept."""
        is_stored, fault = stored(lambda: self._send(sent))
        if fault:
            self.faults.append((sent, fault))
        return is_stored

    def _send(self, sent: Sent) -> str:
        body = self._bodies[sent.body]
        answer = getattr(self._client, body.method)(
            f"/api/v1/{body.path}",
            data=json.dumps(replaced(body.members, sent.member, sent.value)),
            content_type="application/json",
            headers={**self._headers[body.by_clerk], "Idempotency-Key": str(uuid4())},
        )
        if answer.status_code >= 500:
            return fault_of(answer)
        return "" if answer.status_code < 300 else REFUSED


class Importer:
    """Imports files of one row with one cell replaced."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.faults: list[tuple[Cell, str]] = []

    def store(self, cell: Cell) -> bool:
        """Whether the import takes the row; a fault is kept."""
        is_stored, fault = stored(lambda: self._import(cell))
        if fault:
            self.faults.append((cell, fault))
        return is_stored

    def _import(self, cell: Cell) -> str:
        path, output = self._folder / "file.csv", io.StringIO()
        row = FILES[cell.command] | {cell.column: cell.value}
        with path.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.DictWriter(stream, list(row))
            writer.writeheader()
            writer.writerow(row)
        more = ["--sessions", "1"] if cell.command == "import_history" else []
        try:
            call_command(cell.command, str(path), "--json", "-v0", *more, stdout=output)
        except CommandError:
            return REFUSED
        except Exception as error:  # Whatever it is, it is what the test looks for.
            return f"{type(error).__name__}: {error}"[:300]
        return REFUSED if json.loads(output.getvalue().splitlines()[-1])["refused"] else ""


def test_what_the_api_and_files_bring_can_be_shown(visitor, bodies, ana, mona, high_street, tmp_path):
    sender, importer = Sender(bodies, ana, mona, high_street.code), Importer(tmp_path)
    taken: list[list[Sent | Cell]] = []
    for number, body in enumerate(bodies):
        for member in members_of(body.members):
            changes = [Sent(number, member, value) for value in SENT]
            taken.append([sent for sent in changes if undone(lambda sent=sent: sender.store(sent))])
    for command, row in FILES.items():
        for column in row:
            cells = [Cell(command, column, value) for value in TYPED]
            taken.append([cell for cell in cells if undone(lambda cell=cell: importer.store(cell))])

    def store(changes: list[Sent | Cell]) -> None:
        for change in changes:
            (sender if isinstance(change, Sent) else importer).store(change)

    badly = shown_badly(visitor, taken, store)

    assert sum(map(len, taken)) > 200
    assert [*sender.faults, *importer.faults, *badly] == []


def test_each_body_and_file_is_taken_as_it_stands(bodies, ana, mona, high_street, tmp_path):
    """What is refused anyway would prove nothing."""
    sender, importer = Sender(bodies, ana, mona, high_street.code), Importer(tmp_path)

    as_they_stand: list[Sent | Cell] = [
        *(Sent(number, (), body.members) for number, body in enumerate(bodies)),
        *(Cell(command, column, row[column]) for command, row in FILES.items() for column in [*row][:1]),
    ]

    refused = [
        change
        for change in as_they_stand
        if not undone(lambda change=change: (sender if isinstance(change, Sent) else importer).store(change))
    ]

    assert (refused, sender.faults, importer.faults) == ([], [], [])
