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

    assert run("import_customers", path)["report"] == [(2, "phone_not_valid")]
    assert run("import_customers", path, "--region", "GB")["created"] == 1
    assert str(Customer.objects.get(external_id="1").phone) == "+442079460018"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (("", "Nobody", "", "", ""), "missing_value"),
        (("x" * 81, "Ana", "", "", ""), "too_long"),
        (("1", "n" * 201, "", "", ""), "too_long"),
        (("1", "Ana", "ana(at)example.com", "", ""), "email_not_valid"),
        (("1", "Ana", "", "12", ""), "phone_not_valid"),
        (("1", "Ana", "", "+999 1", ""), "phone_not_valid"),
        (("1", "Ana", "", "", "tlh"), "unknown_language"),
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
        "3,not_utf8,,2,M\\udcffx",
        '4,missing_value,external_id,,"No, body"',
    ]


def test_many_small_transactions_come_to_the_same(write_csv, run):
    path = write_csv(HEADER, *((str(number), f"Person {number}", "", "", "") for number in range(25)))

    figures = run("import_customers", path, "--rows-per-transaction", "4")

    assert figures["created"] == 25
    assert Customer.objects.count() == 25
