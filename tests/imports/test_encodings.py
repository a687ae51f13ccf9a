"""Files say themselves how they are written, or are not read: no letter and no number is guessed."""

import codecs
import gzip
from io import BytesIO

import pytest
from django.core.management import CommandError

from core.data.imports.encodings import encoding_of
from core.data.imports.files import CsvFile, UnusableFile, text_of
from inventory.models import Price, Product
from tests.factories.inventory import make_variant

GERMAN = "sku;name\nMUG;Große Tasse für Jäger\nTEA;Grüner Tee – „mild“, 40 °C\nPEN;Füller zu 5 €\n"
WORDS = {
    "cp1252": ["Größe", "Maß für Käse", "Äpfel", "50 €", "Süßer Tee – „mild“", "40 °C für Öl"],
    "iso8859_15": ["Größe", "Maß für Käse"],
    "cp1250": ["żółty", "Świeca", "příliš", "kůň", "Łąka", "źródło", "élő", "tűz", "ŁĄKA"],
    "iso8859_2": ["żółty", "Świeca", "příliš", "źródło"],
    "cp1251": ["Большая кружка", "чай", "Я"],
    "koi8_r": ["Большая кружка", "чай"],
    "cp1253": ["Μεγάλη κούπα", "τσάι"],
    "cp1254": ["Yeşil çay", "ığdır", "Şişe"],
    "cp1256": ["كوب كبير", "شاي"],
    "cp1255": ["כוס גדולה"],
    "cp1257": ["žalia arbata", "šaukštas", "ķēde"],
    "mac_roman": ["Größe", "Käse", "Äpfel", "café", "crème brûlée"],
    "cp850": ["Größe", "Käse", "Äpfel", "café", "Über"],
}


def read(content):
    """The text of a file; None if it does not say how it is written."""
    try:
        return text_of(content)
    except UnusableFile:
        return None


@pytest.mark.parametrize(
    "content",
    [
        GERMAN.encode(),
        codecs.BOM_UTF8 + GERMAN.encode(),
        GERMAN.encode("utf-16"),
        codecs.BOM_UTF16_LE + GERMAN.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + GERMAN.encode("utf-16-be"),
        GERMAN.encode("cp1252"),
    ],
)
def test_what_spreadsheets_write_is_read(content):
    assert read(content) == GERMAN


@pytest.mark.parametrize(("encoding", "word"), [(encoding, word) for encoding in WORDS for word in WORDS[encoding]])
def test_no_text_is_ever_misread(encoding, word):
    """Hard inputs: a single word, in every encoding that is likely to be met. It is read rightly, or not at all."""
    assert read(f"sku;name\nA;{word}\n".encode(encoding)) in (f"sku;name\nA;{word}\n", None)


@pytest.mark.parametrize("word", WORDS["cp1252"])
def test_german_of_windows_is_read(word):
    assert read(f"sku;name\nA;{word}\n".encode("cp1252")) == f"sku;name\nA;{word}\n"


def test_the_reason_shows_both_readings():
    encoding = encoding_of(BytesIO("sku,name\nA,crème\n".encode("cp1252")))

    assert encoding.unclear == "“crème” in Windows-1252 or “crčme” in Windows-1250?"
    with pytest.raises(UnusableFile, match="“crème” in Windows-1252 or “crčme” in Windows-1250"):
        text_of("sku,name\nA,crème\n".encode("cp1252"))


def test_one_unclear_row_costs_itself_alone(write_bytes):
    path = write_bytes(b"sku,name\nCUP,Cup\n" + "TEA,crème\n".encode("cp1252") + b"POT,Pot\n")

    records = list(CsvFile(path).open(required=["sku", "name"]))

    assert [(record.line, record.problem) for record in records] == [(2, ""), (3, "not_utf8"), (4, "")]
    assert records[1].particulars == "“crème” in Windows-1252 or “crčme” in Windows-1250?"


def test_utf_8_with_a_damaged_row_stays_utf_8(write_bytes):
    path = write_bytes("sku,name\nCUP,Größe\n".encode() + "TEA,Käse\n".encode("cp1252"))

    records = list(CsvFile(path).open(required=["sku", "name"]))

    assert [record.problem for record in records] == ["", "not_utf8"]
    assert records[0].cells[1] == "Größe"


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-8-sig"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("name", ["plain.csv", "packed.csv.gz"])
def test_every_mixture_is_read_alike(write_bytes, encoding, delimiter, name):
    text = f"sku{delimiter}name\r\nMUG{delimiter}Große Tasse\r\n"
    file = CsvFile(write_bytes(text.encode(encoding), name=name))

    records = list(file.open(required=["sku", "name"]))

    assert [(record.line, record.cells, record.problem) for record in records] == [(2, ["MUG", "Große Tasse"], "")]
    assert (file.encoding, file.delimiter) == (encoding, delimiter)


def test_letters_across_the_pieces_that_are_read_are_whole(write_bytes):
    for shift in range(4):
        rows = "".join(f"SKU-{number},{'x' * shift}Größe\n" for number in range(80_000))
        assert encoding_of(BytesIO(("sku,name\n" + rows).encode())).name == "utf-8-sig"
        assert encoding_of(BytesIO(("sku,name\n" + rows).encode("cp1252"))).name == "cp1252"
    assert encoding_of(BytesIO(b"x" * 3_000_000 + "ß".encode())).name == "utf-8-sig"


@pytest.mark.parametrize("cut", [1, 3])
def test_a_cut_off_utf_16_file_is_refused(write_bytes, cut):
    content = "sku,name\nMUG,Große Tasse\n".encode("utf-16")[:-cut]

    with pytest.raises(UnusableFile):
        list(CsvFile(write_bytes(content)).open(required=["sku", "name"]))


def test_a_damaged_gzip_file_says_so_whatever_it_holds(tmp_path):
    path = tmp_path / "cut.csv.gz"
    path.write_bytes(gzip.compress(GERMAN.encode("cp1252") * 1000)[:-20])

    with pytest.raises(UnusableFile, match="is damaged after line"):
        list(CsvFile(path).open(required=["sku", "name"]))


class TestCommands:
    pytestmark = pytest.mark.django_db

    def test_a_file_of_german_excel_is_imported_and_told_how_it_was_read(self, write_bytes, run):
        text = "sku;name_de;price;currency\nMUG;Große Tasse;12,90;EUR\nTV;Gerät;1.299,00;EUR\n"

        figures = run("import_products", write_bytes(text.encode("cp1252")))

        assert (figures["created"], figures["report"]) == (2, [])
        assert (figures["encoding"], figures["separator"], figures["decimal_mark"]) == ("cp1252", ";", "")
        assert sorted(Price.objects.values_list("amount", flat=True)) == [1290, 129_900]
        assert "Große Tasse" in [product.name["de"] for product in Product.objects.all()]
        assert figures["told"] == [(3, "price", "thousands", "1.299,00")]

    def test_a_tab_file_in_utf_16_is_imported(self, write_bytes, run):
        make_variant(sku="MUG")
        text = "sku\tprice\tcurrency\nMUG\t9,90\tEUR\n"

        figures = run("import_prices", write_bytes(text.encode("utf-16")))

        assert (figures["lines"], figures["refused"]) == (1, 0)
        assert (figures["encoding"], figures["separator"]) == ("utf-16", "tab")

    def test_what_is_named_is_believed(self, write_bytes, run):
        path = write_bytes("sku,name_en,price,currency\nA,Café crème,1,EUR\n".encode("cp1252"))

        assert run("import_products", path)["report"] == [(2, "not_utf8")]
        assert run("import_products", path, "--encoding", "cp1252")["created"] == 1
        assert Product.objects.get().name == {"en": "Café crème"}

    @pytest.mark.parametrize(("mark", "amount"), [(",", 125_000), (".", 125)])
    def test_a_number_that_may_be_two_is_refused_until_its_mark_is_named(self, write_bytes, run, mark, amount):
        make_variant(sku="MUG")
        path = write_bytes(b"sku;price;currency\nMUG;1.250;EUR\nTEA;2,50;EUR\n")

        assert run("import_prices", path)["report"][0] == (2, "ambiguous_number")
        named = run("import_prices", path, "--decimal", mark)

        assert named["decimal_mark"] == mark
        assert 2 not in [line for line, _reason in named["report"]]
        assert Price.objects.get(variant__sku="MUG").amount == amount

    def test_numbers_of_a_file_with_commas_between_cells_stay_as_strict_as_before(self, write_csv, run):
        path = write_csv("sku,name_en,price,currency", ("A", "A", "12,90", "EUR"), ("B", "B", "1.25", "EUR"))

        figures = run("import_products", path)

        assert (figures["report"], figures["decimal_mark"]) == ([(2, "not_a_number")], ".")

    def test_counts_of_a_thousand_are_never_one(self, write_bytes, run, mug):
        path = write_bytes(b"sku;location;on_hand\nMUG;warehouse;1.000\n")

        assert run("import_stock", path)["report"] == [(2, "ambiguous_number")]
        assert run("import_stock", path, "--decimal", ",")["updated"] == 1

    def test_a_place_keeps_its_three_decimal_places(self, write_bytes, run):
        header = "code;kind;street_address;city;country_code;latitude;longitude;time_zone;name_de"
        row = "ber;store;Straße 1;Berlin;DE;52,520;13.405;Europe/Berlin;Mitte"

        figures = run("import_stores", write_bytes(f"{header}\n{row}\n".encode("cp1252")))

        assert (figures["created"], figures["report"]) == (1, [])

    def test_an_encoding_that_does_not_exist_is_refused(self, write_csv, run):
        with pytest.raises(CommandError, match="is no encoding"):
            run("import_prices", write_csv("sku,price,currency"), "--encoding", "martian")
