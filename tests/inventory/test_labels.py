"""Labels for shelves and goods, at the till and in the back office."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse

from accounts.rules import roles
from core.actors import Actor
from core.money import Money
from inventory.channels.labels import LabelsForm
from inventory.models import Variant
from inventory.queries.labels import labels_of
from inventory.services.prices import set_price
from tests.client import signed_in
from tests.factories.accounts import make_staff
from tests.factories.inventory import assign, make_store, make_variant
from tests.factories.pricing import make_deposit, make_price_list

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
EAN = "4006381333931"


@pytest.fixture
def mug():
    return make_variant(sku="MUG", barcode=EAN, price=1290, name="Mug")


@pytest.fixture
def bowl():
    return make_variant(sku="BOWL", price=2000, name="Bowl")


@pytest.fixture
def desk():
    staff = make_staff("Tess", email="tess@example.com")
    assign(staff, make_store("mitte"), roles.CLERK)
    return signed_in(staff)


@pytest.fixture
def head_office():
    cache.clear()
    staff = make_staff("Hanna", email="hanna@example.com")
    assign(staff, None, roles.HEAD_OFFICE)
    return signed_in(staff)


class TestLabels:
    def test_have_name_price_and_barcode(self, mug, bowl, django_assert_num_queries):
        with django_assert_num_queries(2):
            labels = labels_of({"MUG": 2, "BOWL": 1}, store="", now=NOW)

        assert [(label.name, label.price, label.code) for label in labels] == [
            ("Bowl", "€20.00", "BOWL"),
            ("Mug", "€12.90", EAN),
            ("Mug", "€12.90", EAN),
        ]

    def test_have_the_prices_of_the_store(self, mug):
        make_price_list(prices={mug: 990}, store=make_store("mitte"), reason="opening")

        assert [label.price for label in labels_of({"MUG": 1}, store="mitte", now=NOW)] == ["€9.90"]
        assert [label.price for label in labels_of({"MUG": 1}, store="", now=NOW)] == ["€12.90"]

    def test_announce_a_reduction_with_the_price_before(self, mug):
        now = datetime.now(UTC)
        set_price(variant_id=mug.pk, price=Money(990, "EUR"), by=Actor("system"), now=now)

        [label] = labels_of({"MUG": 1}, store="", now=now + timedelta(seconds=1))
        assert (label.price, label.prior) == ("€9.90", "€12.90")

    def test_say_the_deposit_beside_the_price(self, mug):
        Variant.objects.update(deposit=make_deposit(amounts={"DE": (25, True)}))

        assert [label.deposit for label in labels_of({"MUG": 1}, store="", now=NOW)] == ["€0.25"]

    def test_are_not_made_of_what_is_not_sold(self, mug):
        Variant.objects.update(is_active=False)

        assert labels_of({"MUG": 1}, store="", now=NOW) == []


class TestCodes:
    def test_are_barcodes_or_skus_with_a_number_of_labels(self, mug, bowl):
        form = LabelsForm({"codes": f"3*{EAN}\nbowl\n\n MUG \n٢*BOWL"})

        assert form.is_valid(), form.errors
        assert form.cleaned_data["codes"] == {"MUG": 4, "BOWL": 3}

    def test_may_begin_like_a_number_of_labels(self, bowl, django_assert_num_queries):
        for sku in ("4XL-SHIRT", "L-SHIRT"):
            make_variant(sku=sku)

        form = LabelsForm({"codes": "4xl-shirt\n2 x 4XL-SHIRT\n3xL-SHIRT\n3*BOWL"})

        with django_assert_num_queries(1):
            assert form.is_valid(), form.errors
        assert form.cleaned_data["codes"] == {"4XL-SHIRT": 3, "L-SHIRT": 3, "BOWL": 3}

    @pytest.mark.parametrize(
        ("codes", "said"),
        [("NOPE\nMUG", "Unknown: NOPE"), ("501*MUG", "at most 500"), ("0*MUG", "at most 500"), (" ", "required")],
    )
    def test_that_cannot_be_are_named(self, mug, codes, said):
        form = LabelsForm({"codes": codes})

        assert not form.is_valid()
        assert said in str(form.errors)


class TestDoors:
    def test_the_till_prints_them(self, desk, mug):
        address = reverse("admin:till_labels")

        assert address in desk.get(reverse("admin:till_registers")).content.decode()
        assert 'name="codes"' in desk.get(address).content.decode()
        page = desk.get(address, {"codes": f"2*{EAN}"})
        assert page.content.decode().count("<svg") == 2
        assert "no-store" in page.headers["Cache-Control"]

    def test_the_till_names_what_it_does_not_know(self, desk, mug):
        answer = desk.get(reverse("admin:till_labels"), {"codes": "NOPE"})

        assert answer.status_code == 400
        assert "Unknown: NOPE" in answer.content.decode()

    @pytest.mark.parametrize("table", ["variant", "product"])
    def test_the_back_office_prints_those_of_chosen_rows(self, head_office, mug, bowl, table):
        chosen = [mug.pk] if table == "variant" else [mug.product_id, bowl.product_id]
        answer = head_office.post(
            reverse(f"admin:inventory_{table}_changelist"), {"action": "print_labels", "_selected_action": chosen}
        )

        text = answer.content.decode()
        assert answer.status_code == 200
        assert text.count("<svg") == len(chosen)
        assert "€12.90" in text

    @pytest.mark.parametrize(("language", "direction"), [("ar", "rtl"), ("de", "ltr")])
    def test_they_are_in_the_readers_language(self, desk, mug, language, direction):
        page = desk.get(reverse("admin:till_labels"), {"codes": EAN}, headers={"accept-language": language})

        assert f'<html lang="{language}" dir="{direction}">' in page.content.decode()
