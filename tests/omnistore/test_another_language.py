"""A fifth and a sixth language that only the settings name, without any other code."""

import os
import subprocess
import sys

import pytest
from django.conf import settings as project

from core.texts.languages import named
from tests.client import signed_in
from tests.factories.accounts import make_customer
from tests.inventory.asking import listed, make_goods

HEBREW = {"accept-language": "he"}
SETTINGS = """
from tests.settings import *
LANGUAGES = languages.named("en", "ar", "fa", "de", "he", "pt-br")
"""
WHAT_FOLLOWS = """
import django
django.setup()
from accounts.api.me import ProfileChange
from django.core.management import call_command
from inventory.services import product_import, store_import
from orders.api.registers.till_customers import NewCustomer

for serializer in (ProfileChange, NewCustomer):
    assert serializer().fields["language"].choices["pt-br"] == "Português (Brasil)", serializer
assert {"name_he", "name_pt-br", "description_he"} < set(product_import.OPTIONAL)
assert "name_he" in store_import.OPTIONAL
call_command("makemigrations", check=True, dry_run=True)
"""


@pytest.fixture
def hebrew(settings):
    settings.LANGUAGES = named("en", "ar", "fa", "de", "he")


@pytest.fixture
def brazilian(settings):
    settings.LANGUAGES = named("en", "ar", "fa", "de", "pt-br")


@pytest.fixture
def office(db):
    return signed_in(make_customer("Ada", email="ada@example.com", is_staff=True, is_superuser=True))


@pytest.mark.django_db
def test_pages_offer_it_and_read_its_way(hebrew, client):
    page = client.get("/stores/", headers=HEBREW).content.decode()

    assert '<html lang="he" dir="rtl">' in page
    assert 'value="he" lang="he" aria-current="true">עברית</button>' in page


@pytest.mark.django_db
def test_a_visitor_chooses_it_in_the_menu(hebrew, client):
    assert 'value="he" lang="he">עברית</button>' in client.get("/stores/").content.decode()

    client.post("/language/", {"language": "he", "next": "/stores/"})

    assert '<html lang="he" dir="rtl">' in client.get("/stores/").content.decode()


@pytest.mark.django_db
def test_products_are_found_and_shown_by_their_names_in_it(hebrew, client):
    make_goods({"en": "Mug", "he": "ספל"})
    make_goods("Lamp")

    assert listed(client, q="ספל") == ["mug"]
    assert "ספל" in client.get("/p/mug/", headers=HEBREW).content.decode()
    assert "Lamp" in client.get("/p/lamp/", headers=HEBREW).content.decode()


@pytest.mark.django_db
def test_staff_write_texts_in_it_and_file_customers_under_it(hebrew, office):
    person = make_customer("Noa")

    assert 'lang="he" dir="rtl"' in office.get("/admin/inventory/product/add/").content.decode()
    assert (
        '<option value="he">עברית</option>'
        in office.get(f"/admin/accounts/customer/{person.pk}/change/").content.decode()
    )


@pytest.mark.django_db
def test_one_with_a_region_is_a_language_of_its_own(brazilian, client):
    make_goods({"en": "Mug", "pt-br": "Caneca"}, price=129_000)
    visitor = {"accept-language": "pt-BR,pt;q=0.9"}

    page = client.get("/p/mug/", headers=visitor).content.decode()

    assert '<html lang="pt-br" dir="ltr">' in page
    assert "Caneca" in page
    assert "€\u00a01.290,00" in page
    assert client.get("/search/?sort=name", headers=visitor).status_code == 200


@pytest.mark.walk
def test_api_and_imports_offer_it_and_no_migration_is_missing(tmp_path):
    (tmp_path / "more_languages.py").write_text(SETTINGS)
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "more_languages",
        "PYTHONPATH": f"{tmp_path}:{project.BASE_DIR}",
    }

    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", WHAT_FOLLOWS],
        cwd=project.BASE_DIR, env=environment, capture_output=True, text=True,
    )  # fmt: skip

    assert ran.returncode == 0, ran.stderr
