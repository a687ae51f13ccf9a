import pytest

from accounts.models import Customer
from tests.factories.accounts import make_customer

pytestmark = pytest.mark.django_db

HEADER = "external_id,name,email,phone,language"
ANA = ("1001", "Ana Moreno", "ana@example.com", "+34 612 34 56 78", "en")
SAM = ("1002", "Sam", "", "", "")


def test_contacts_are_made_without_an_account(write_csv, run):
    figures = run("import_customers", write_csv(HEADER, ANA, SAM))

    assert (figures["lines"], figures["created"], figures["refused"]) == (2, 2, 0)
    ana = Customer.objects.get(external_id="1001")
    assert (ana.name, ana.email, str(ana.phone), ana.language) == (
        "Ana Moreno",
        "ana@example.com",
        "+34612345678",
        "en",
    )
    assert not ana.has_usable_password()
    assert ana.phone_verified_at is None
    assert len(ana.card_number) == 12
    assert not ana.is_staff
    assert Customer.objects.get(external_id="1002").receipt_channel == "email"


def test_a_second_run_changes_nothing(write_csv, run):
    path = write_csv(HEADER, ANA, SAM)
    run("import_customers", path)
    before = list(Customer.objects.order_by("pk").values())

    figures = run("import_customers", path)

    assert (figures["created"], figures["updated"], figures["same"]) == (0, 0, 2)
    assert list(Customer.objects.order_by("pk").values()) == before


def test_filled_cells_replace_and_empty_ones_leave(write_csv, run):
    run("import_customers", write_csv(HEADER, ANA))

    figures = run("import_customers", write_csv(HEADER, ("1001", "Ana M.", "", "", "fa")))

    assert figures["updated"] == 1
    ana = Customer.objects.get(external_id="1001")
    assert (ana.name, ana.email, ana.language) == ("Ana M.", "ana@example.com", "fa")


def test_whoever_has_an_account_is_not_overruled(write_csv, run):
    make_customer("Ana Moreno", email="mine@example.com", external_id="1001")

    figures = run("import_customers", write_csv(HEADER, ANA))

    assert (figures["same"], figures["updated"]) == (1, 0)
    assert Customer.objects.get(external_id="1001").email == "mine@example.com"


def test_a_dry_run_counts_and_writes_nothing(write_csv, run):
    figures = run("import_customers", write_csv(HEADER, ANA, SAM), "--dry-run")

    assert (figures["created"], figures["dry_run"]) == (2, True)
    assert not Customer.objects.exists()


def test_numbers_without_a_country_code_need_a_region(write_csv, run):
    path = write_csv(HEADER, ("1", "Kim", "", "020 7946 0018", ""))

    assert run("import_customers", path)["told"] == [(2, "phone", "phone_not_valid", "020 7946 0018")]
    assert run("import_customers", path, "--region", "GB")["told"] == []
    assert str(Customer.objects.get(external_id="1").phone) == "+442079460018"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (("", "Nobody", "", "", ""), "missing_value"),
        (("x" * 81, "Ana", "", "", ""), "too_long"),
        (("9", "Ana", "", "", ""), "duplicate_key"),
        (("1", "Ana"), "wrong_column_count"),
    ],
)
def test_refuses_a_bad_row_alone(write_csv, run, row, reason):
    figures = run("import_customers", write_csv(HEADER, ("9", "Kim", "", "", ""), row))

    assert figures["report"] == [(3, reason)]
    assert (figures["created"], figures["refused"], figures["refused_by_reason"]) == (1, 1, {reason: 1})
    assert list(Customer.objects.values_list("external_id", flat=True)) == ["9"]


def test_the_report_has_the_refused_rows_as_they_came(write_bytes, run, tmp_path):
    path = write_bytes(b'external_id,name\n1,K\x00m\n2,"M\xffx"\n,"No, body"\n3,Ana\n')

    run("import_customers", path)

    assert (tmp_path / "refused.csv").read_text().splitlines() == [
        "line,reason,detail,external_id,name",
        "2,nul_byte,,1,K\\x00m",
        "3,not_utf8,neither UTF-8 nor Windows-1252,2,M\\udcffx",
        '4,missing_value,external_id,,"No, body"',
    ]


def test_many_small_transactions_come_to_the_same(write_csv, run):
    path = write_csv(HEADER, *((str(number), f"Person {number}", "", "", "") for number in range(25)))

    figures = run("import_customers", path, "--rows-per-transaction", "4")

    assert figures["created"] == 25
    assert Customer.objects.count() == 25


GOOD = {"name": "Ana", "email": "ana@example.com", "phone": "+34612345678", "language": "de"}


@pytest.mark.parametrize(
    ("column", "cell", "kept", "reason"),
    [
        ("email", "ana(at)example.com", "", "email_not_valid"),
        ("email", "x" * 300 + "@example.com", "", "too_long"),
        ("phone", "12", "", "phone_not_valid"),
        ("phone", "+999 1", "", "phone_not_valid"),
        ("phone", "0" * 41, "", "too_long"),
        ("language", "tlh", "en", "unknown_language"),
        ("name", "n" * 200_000, "n" * 200, "too_long"),
        ("name", "<b>Ana&nbsp;O&#39;Hara</b>", "Ana O'Hara", "html"),
        ("name", "Ana 4242 4242 4242 4242", "", "card_number"),
        ("name", "Ana ۴۲۴۲ ۴۲۴۲ ۴۲۴۲ ۴۲۴۲", "", "card_number"),
    ],
)
def test_no_cell_of_a_person_costs_the_others(write_csv, run, column, cell, kept, reason):
    row = GOOD | {column: cell}

    figures = run("import_customers", write_csv(HEADER, ("1", *row.values())))

    assert (figures["created"], figures["report"]) == (1, [])
    shown = "" if reason == "card_number" else cell[:200]
    assert figures["told"] == [(2, column, reason, shown)]
    assert (figures["mended"], figures["mended_by_reason"]) == (1, {reason: 1})
    ana = Customer.objects.get()
    assert {name: str(getattr(ana, name)) for name in GOOD} == GOOD | {column: kept}


def test_a_wrong_cell_keeps_what_the_shop_has(write_csv, run):
    run("import_customers", write_csv(HEADER, ANA))

    figures = run("import_customers", write_csv(HEADER, ("1001", "", "nobody", "12", "xx")))

    assert (figures["same"], figures["mended"]) == (1, 3)
    assert Customer.objects.get().email == "ana@example.com"


def test_the_language_of_other_systems_is_read(write_csv, run):
    rows = [(str(number), "Kim", "", "", language) for number, language in enumerate(["de_AT", "EN-us", "fa", "ar-EG"])]

    figures = run("import_customers", write_csv(HEADER, *rows))

    assert figures["told"] == []
    assert list(Customer.objects.order_by("external_id").values_list("language", flat=True)) == ["de", "en", "fa", "ar"]


@pytest.mark.parametrize("refused", [("1", "\ud800"), ("1",), ("1", "Kim", "more"), ("۱", "K\0im")])
def test_no_second_row_takes_the_place_of_a_refused_first(write_bytes, run, refused):
    rows = [",".join(cells).encode(errors="surrogatepass") for cells in (refused, ("1", "Somebody else"), ("2", "Sam"))]

    figures = run("import_customers", write_bytes(b"external_id,name\n" + b"\n".join(rows)))

    assert [line for line, _ in figures["report"]] == [2, 3]
    assert figures["report"][1] == (3, "duplicate_key")
    assert list(Customer.objects.values_list("name", flat=True)) == ["Sam"]


def test_a_row_whose_quote_never_ends_keeps_its_place_too(write_bytes, run):
    figures = run("import_customers", write_bytes(b'external_id,name\n1,"Ana\n1,Somebody else\n'))

    assert figures["report"] == [(2, "broken_quoting"), (3, "duplicate_key")]
    assert not Customer.objects.exists()


def test_one_number_of_the_other_system_is_one_in_every_spelling(write_csv, run):
    run("import_customers", write_csv(HEADER, ("A-17", "Ana", "", "", "")))

    figures = run("import_customers", write_csv(HEADER, ("\u200eA–۱۷", "Ana Moreno", "", "", "")))

    assert figures["updated"] == 1
    assert Customer.objects.get().name == "Ana Moreno"


def test_the_report_of_refused_rows_repeats_no_card_number(write_csv, run, tmp_path):
    run("import_customers", write_csv(HEADER, ("", "4242 4242 4242 4242", "", "", "")))

    assert "4242" not in (tmp_path / "refused.csv").read_text()
