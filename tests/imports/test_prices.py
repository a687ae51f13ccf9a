import csv
import io
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse

from core.data.invariants import find_breaches
from core.models import JournalEntry
from inventory.models import (
    ListPrice,
    Price,
    PriceFile,
    PriceHistory,
    PriceRange,
    Product,
    StaffAssignment,
    TaxCategory,
)
from inventory.services import price_files
from inventory.tasks import read_price_files
from tests.admin.test_admin_actions import act
from tests.client import signed_in
from tests.factories.accounts import make_customer, make_staff
from tests.factories.inventory import make_variant
from tests.factories.pricing import add_list_price, make_price_list

pytestmark = pytest.mark.django_db

HEADER = "sku,price_list,min_quantity,price,currency"


@pytest.fixture
def mug():
    return make_variant(sku="MUG", price=1290)


@pytest.fixture
def office():
    return signed_in(make_customer("Ada Admin", email="ada@example.com", is_staff=True, is_superuser=True))


def present():
    ordinary = Price.objects.order_by("variant__sku", "currency").values_list("variant__sku", "amount", "currency")
    of_lists = ListPrice.objects.order_by("variant__sku", "price_list__code", "min_quantity").values_list(
        "variant__sku", "price_list__code", "min_quantity", "amount"
    )
    return list(ordinary), list(of_lists)


def exported(tmp_path: Path, *arguments: str):
    path = tmp_path / "prices.csv"
    call_command("export_prices", str(path), *arguments, stdout=io.StringIO())
    return path


def rows_of(path: Path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def test_sets_ordinary_prices_and_those_of_lists(write_csv, run, mug):
    make_price_list("trade", segment="trade")
    path = write_csv(
        HEADER, ("MUG", "", "", "11.90", "eur"), ("MUG", "", "", "1500", "JPY"), ("MUG", "trade", "", "9", "EUR"),
        ("MUG", "trade", 10, "8.50", "EUR"),
    )  # fmt: skip

    figures, again = run("import_prices", path), run("import_prices", path)

    assert (figures["created"], figures["updated"], figures["refused"]) == (3, 1, 0)
    assert (again["same"], again["created"], again["updated"]) == (4, 0, 0)
    assert present() == (
        [("MUG", 1190, "EUR"), ("MUG", 1500, "JPY")],
        [("MUG", "trade", 1, 900), ("MUG", "trade", 10, 850)],
    )
    told = JournalEntry.objects.filter(kind="price_list.changed")
    assert [(entry.ref, entry.payload["prices"]) for entry in told] == [("trade", 2)]
    assert find_breaches() == {}


def test_ranges_and_histories_follow(write_csv, run, mug):
    make_price_list("summer")

    run("import_prices", write_csv(HEADER, ("MUG", "summer", 1, "10.00", "EUR")))

    assert PriceRange.objects.get().lowest == 1000
    assert list(PriceHistory.objects.order_by("id").values_list("amount", flat=True)) == [1290, 1000]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (("", "", "", "1", "EUR"), "missing_value"),
        (("CUP", "", "", "1", "EUR"), "unknown_sku"),
        (("MUG", "winter", "", "1", "EUR"), "unknown_price_list"),
        (("MUG", "trade", "", "1", "USD"), "other_currency"),
        (("MUG", "trade", "0", "1", "EUR"), "quantity_not_valid"),
        (("MUG", "trade", "-1", "1", "EUR"), "quantity_not_valid"),
        (("MUG", "trade", "99999999", "1", "EUR"), "quantity_not_valid"),
        (("MUG", "trade", "1e3", "1", "EUR"), "not_a_whole_number"),
        (("MUG", "", "10", "1", "EUR"), "quantity_needs_price_list"),
        (("MUG", "", "", "", "EUR"), "not_a_number"),
        (("MUG", "", "", "-1", "EUR"), "negative_price"),
        (("MUG", "", "", "1.001", "EUR"), "below_minor_unit"),
        (("MUG", "", "", "9" * 12, "EUR"), "price_too_large"),
        (("MUG", "", "", "=1+1", "EUR"), "not_a_number"),
        (("MUG", "", "", "1", "XXX"), "unknown_currency"),
        (("MUG", "trade'; DROP TABLE inventory_price; --", "", "1", "EUR"), "unknown_price_list"),
        (("M\0G", "", "", "1", "EUR"), "nul_byte"),
    ],
)
def test_refuses_a_row_and_says_why(write_csv, run, mug, row, reason):
    make_price_list("trade")
    before = present()

    figures = run("import_prices", write_csv(HEADER, row))

    assert figures["refused_by_reason"] == {reason: 1}
    assert present() == before


def test_the_first_of_two_rows_for_one_price_is_taken(write_csv, run, mug):
    figures = run("import_prices", write_csv(HEADER, ("MUG", "", "", "10", "EUR"), ("MUG", "", "1", "11", "EUR")))

    assert figures["report"] == [(3, "duplicate_key")]
    assert Price.objects.get().amount == 1000


def test_a_dry_run_tells_and_writes_nothing(write_csv, run, mug):
    figures = run("import_prices", write_csv(HEADER, ("MUG", "", "", "10", "EUR")), "--dry-run")

    assert (figures["updated"], figures["dry_run"], Price.objects.get().amount) == (1, True, 1290)


def test_a_file_of_other_columns_is_turned_away(write_csv, run, mug):
    with pytest.raises(CommandError, match="amount"):
        run("import_prices", write_csv("sku,amount,currency", ("MUG", "10", "EUR")))


def test_what_was_exported_reads_back_as_the_same(tmp_path, run, mug):
    for sku in ("=cmd|' /C calc'!A0", "+1", "-2", "@x", "plain", 'with "quotes", commas'):
        make_variant(sku=sku, price=100)
    make_variant(sku="YEN", price=7, currency="JPY")
    add_list_price(make_price_list("trade", segment="trade"), mug, 900, min_quantity=10)
    path = exported(tmp_path)

    figures = run("import_prices", path)

    assert (figures["lines"], figures["same"], figures["refused"]) == (9, 9, 0)


def test_no_cell_of_an_export_is_a_formula(tmp_path, mug):
    make_variant(sku="=HYPERLINK(1)", price=100)

    cells = [cell for row in rows_of(exported(tmp_path)) for cell in row]

    assert "'=HYPERLINK(1)" in cells
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells)


def test_one_list_alone_is_exported(tmp_path, mug):
    make_price_list("trade", prices={mug: 900})
    make_price_list("other", prices={mug: 800})

    assert rows_of(exported(tmp_path, "--price-list", "trade"))[1:] == [["MUG", "trade", "1", "9.00", "EUR"]]
    with pytest.raises(CommandError, match="no price list nothing"):
        exported(tmp_path, "--price-list", "nothing")


def hand_in(office, text, name="prices.csv", **said):
    content = text if isinstance(text, bytes) else text.encode()
    return office.post(reverse("admin:inventory_pricefile_import"), {"file": SimpleUploadedFile(name, content), **said})


def test_the_back_office_checks_a_file_shows_what_it_would_do_and_then_writes_it(office, mug):
    answer = hand_in(office, f"{HEADER}\nMUG,,,9.90,EUR\nCUP,,,1,EUR\n")
    file = PriceFile.objects.get()
    assert answer.headers["Location"] == reverse("admin:inventory_pricefile_change", args=[file.pk])
    too_early = act(office, "inventory_pricefile", file.pk, "write")

    read_price_files()

    page = office.get(answer.headers["Location"]).content.decode()
    assert too_early.status_code == 403
    assert "changed prices: 1" in page and "rejected: 1" in page and "unknown_sku" in page
    assert Price.objects.get().amount == 1290

    act(office, "inventory_pricefile", file.pk, "write")
    read_price_files()

    file.refresh_from_db()
    assert (file.state, file.percent, bytes(file.content)) == ("done", 100, b"")
    assert Price.objects.get().amount == 990
    assert act(office, "inventory_pricefile", file.pk, "write").status_code == 403


def test_the_back_office_shows_and_saves_what_was_mended_and_refused(office, mug):
    rows = "".join(f"CUP-{number};;;1;EUR\n" for number in range(30))
    answer = hand_in(office, f"sku;price_list;min_quantity;price;currency\nMUG;;;1.299,00;EUR\n=CUP;;;1;EUR\n{rows}")
    read_price_files()
    file = PriceFile.objects.get()

    page = office.get(answer.headers["Location"]).content.decode()
    told = reverse("admin:inventory_pricefile_report", args=[file.pk, "told"])
    refused = reverse("admin:inventory_pricefile_report", args=[file.pk, "refused"])

    assert "mended cells: 1" in page and "2,price,thousands,&quot;1.299,00&quot;" in page
    assert "encoding: utf-8, separator: ;" in page
    assert f'href="{told}"' in page and f'href="{refused}"' in page
    saved = list(csv.reader(io.StringIO(office.get(told).content.decode())))
    assert saved == [["line", "column", "reason", "was"], ["2", "price", "thousands", "1.299,00"]]
    saved = list(csv.reader(io.StringIO(office.get(refused).content.decode())))
    assert len(saved) == 32 and saved[1][:4] == ["3", "unknown_sku", "'=CUP", "'=CUP"]
    assert page.count("unknown_sku") == 20


def test_a_file_without_anything_to_tell_has_nothing_to_save(office, mug):
    answer = hand_in(office, f"{HEADER}\nMUG,,,9.90,EUR\n")
    read_price_files()
    file = PriceFile.objects.get()

    assert "told.csv" not in office.get(answer.headers["Location"]).content.decode()
    told = reverse("admin:inventory_pricefile_report", args=[file.pk, "told"])
    assert office.get(told).content.decode().splitlines() == ["line,column,reason,was"]
    assert office.get(told.replace("told", "content")).status_code == 404
    assert office.get(told.replace(str(file.pk), "999")).status_code == 404


def test_staff_in_stores_save_no_report_of_a_price_file(office, mug):
    hand_in(office, f"{HEADER}\nMUG,,,9.90,EUR\n")
    clerk = make_staff("clerk", email="clerk@example.com")
    StaffAssignment.objects.create(staff=clerk, role="clerk")

    answer = signed_in(clerk).get(
        reverse("admin:inventory_pricefile_report", args=[PriceFile.objects.get().pk, "refused"])
    )

    assert answer.status_code in (403, 404)


def test_staff_say_how_a_file_is_written_that_does_not_say_it_itself(office, mug):
    text = f"{HEADER.replace(',', ';')}\nMUG;;;1.250;EUR\nCRÈME;;;1;EUR\n".encode("cp1252")
    answer = hand_in(office, text)
    read_price_files()
    page = office.get(answer.headers["Location"]).content.decode()
    assert "ambiguous_number" in page and "not_utf8" in page and "“CRÈME” in Windows-1252 or" in page

    answer = hand_in(office, text, encoding="cp1252", decimal_mark=",")
    read_price_files()

    page = office.get(answer.headers["Location"]).content.decode()
    assert "encoding: cp1252, separator: ;, decimal mark: ," in page
    assert "ambiguous_number" not in page and "not_utf8" not in page and "changed prices: 1" in page


def test_a_long_report_is_cut_between_two_rows(office, mug, monkeypatch):
    monkeypatch.setattr(price_files, "MOST_REFUSED_CHARACTERS", 100)
    hand_in(office, f"{HEADER}\n" + "".join(f"CUP-{number},,,1,EUR\n" for number in range(30)))

    read_price_files()

    kept = PriceFile.objects.get().refused
    assert 50 < len(kept) <= 100 and kept.endswith("\n")


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"a,b,c\n1,2,3\n", b"\x1f\x8bbroken"])
def test_a_file_that_is_none_says_so(office, content):
    hand_in(office, content or b"\n")

    read_price_files()

    file = PriceFile.objects.get()
    assert file.state == "failed" and file.problem and "/tmp" not in file.problem


def test_a_file_too_large_is_not_taken(office, monkeypatch):
    monkeypatch.setattr(price_files, "LARGEST_FILE", 10)

    assert "too large" in hand_in(office, HEADER).content.decode()
    assert not PriceFile.objects.exists()


def test_hostile_texts_are_shown_as_texts(office):
    hand_in(office, f"{HEADER}\n<script>alert(1)</script>,,,1,EUR\n", name="<b>x</b>.csv")
    read_price_files()

    page = office.get(reverse("admin:inventory_pricefile_change", args=[PriceFile.objects.get().pk])).content.decode()

    assert "<script>alert" not in page and "&lt;script&gt;" in page and "<b>x" not in page


def test_everybody_who_works_here_saves_prices_and_head_office_hands_them_in(mug):
    for role, may in (("clerk", False), ("head_office", True)):
        person = make_staff(role, email=f"{role}@example.com")
        StaffAssignment.objects.create(staff=person, role=role)
        browser = signed_in(person)
        saved = browser.get(reverse("admin:inventory_pricefile_export"))

        assert b"".join(saved.streaming_content).decode().splitlines()[1] == "MUG,,,12.90,EUR"
        assert (browser.get(reverse("admin:inventory_pricefile_import")).status_code == 200) == may
        assert (hand_in(browser, HEADER).status_code == 302) == may


def test_products_bring_their_tax_category(write_csv, run):
    TaxCategory.objects.create(code="books", name={"en": "Books"})
    header = "sku,name_en,tax_category,price,currency"
    path = write_csv(header, ("ATLAS", "Atlas", "books", "30", "EUR"), ("PEN", "Pen", "none", "1", "EUR"))

    figures, again = run("import_products", path), run("import_products", path)

    assert figures["report"] == [(3, "unknown_tax_category")]
    assert Product.objects.get().tax_category.code == "books"
    assert again["same"] == 1
