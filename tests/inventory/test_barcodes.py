import pytest

from inventory.rules.barcodes import NotABarcode, canonical_barcode


@pytest.mark.parametrize(
    ("scanned", "canonical"),
    [
        ("4006381333931", "4006381333931"),
        ("4006381 333931", "4006381333931"),
        ("036000291452", "0036000291452"),  # UPC-A
        ("0036000291452", "0036000291452"),  # the same, as most scanners send it
        ("96385074", "96385074"),  # EAN-8
        ("0-306-40615-2", "9780306406157"),  # ISBN-10
        ("080442957X", "9780804429573"),
        ("080442957x", "9780804429573"),
        ("978-0-306-40615-7", "9780306406157"),
        ("04006381333931", "4006381333931"),  # GTIN-14 of the same unit
        ("00036000291452", "0036000291452"),
        ("14006381333938", "14006381333938"),  # GTIN-14 of a case of them
        ("0000096385074", "96385074"),
        ("00000096385074", "96385074"),
        ("٤٠٠٦٣٨١٣٣٣٩٣١", "4006381333931"),
        ("۴۰۰۶۳۸۱۳۳۳۹۳۱", "4006381333931"),
        ("４００６３８１３３３９３１", "4006381333931"),
        ("\u200e4006381\u00a0333931\u200f", "4006381333931"),
        ("4006381–333931", "4006381333931"),
    ],
)
def test_a_barcode_has_one_form_however_it_is_written(scanned, canonical):
    assert canonical_barcode(scanned) == canonical


@pytest.mark.parametrize(
    "scanned",
    [
        "",
        "4006381333932",
        "036000291453",
        "96385075",
        "123",
        "ABC",
        "0-306-40615-3",
        "24006381333938",
        "0000000000000",
        "1234567890123456",
        "4" * 40,
        "-",
        "\0",
    ],
)
def test_refuses_a_misread_barcode(scanned):
    with pytest.raises(NotABarcode):
        canonical_barcode(scanned)
