import pytest

from core.data.invariants import find_breaches
from inventory.models import Barcode, Category, Price, Product, Variant

pytestmark = pytest.mark.django_db

HEADER = "sku,product,name_en,name_fa,brand,category,attributes,price,currency,barcodes"
BLUE = ("MUG-B", "mug", "Mug", "ماگ", "Kiln", "home/mugs", "colour=Blue; size=0.3 l", "12.90", "EUR", "4006381333931")
RED = ("MUG-R", "mug", "", "", "", "", "colour=Red", "12.90", "EUR", "96385074 036000291452")
POT = ("POT", "", "Pot", "", "", "home", "", "", "", "")


def test_makes_products_variants_prices_barcodes_and_shelves(write_csv, run):
    figures = run("import_products", write_csv(HEADER, BLUE, RED, POT))

    assert (figures["lines"], figures["created"], figures["refused"]) == (3, 3, 0)
    mug = Product.objects.get(slug="mug")
    assert (mug.name, mug.brand, mug.category.path) == ({"en": "Mug", "fa": "ماگ"}, "Kiln", "home/mugs")
    assert (mug.state, mug.published_at) == ("draft", None)
    assert mug.search_words.split()[-1] == "r"
    blue, red = mug.variants.all()
    assert (blue.sku, blue.position, red.sku, red.position) == ("MUG-B", 0, "MUG-R", 1)
    assert blue.attributes == {"colour": {"en": "Blue"}, "size": {"en": "0.3 l"}}
    assert blue.prices.get(currency="EUR").amount == 1290
    assert sorted(red.barcodes.values_list("code", flat=True)) == ["0036000291452", "96385074"]
    assert Product.objects.get(slug="pot").category.path == "home"
    assert not Variant.objects.get(sku="POT").prices.exists()
    assert list(Category.objects.order_by("path").values_list("path", "parent__path")) == [
        ("home", None),
        ("home/mugs", "home"),
    ]
    assert find_breaches() == {}


def test_a_second_run_changes_nothing(write_csv, run):
    path = write_csv(HEADER, BLUE, RED, POT)
    run("import_products", path)
    before = [list(model.objects.order_by("pk").values()) for model in (Product, Variant, Price, Barcode, Category)]

    figures = run("import_products", path)

    assert (figures["created"], figures["updated"], figures["same"]) == (0, 0, 3)
    after = [list(model.objects.order_by("pk").values()) for model in (Product, Variant, Price, Barcode, Category)]
    assert after == before


def test_filled_cells_replace_and_empty_ones_leave(write_csv, run):
    run("import_products", write_csv(HEADER, BLUE, RED))

    changed = ("MUG-B", "", "Big mug", "", "", "", "", "14.50", "EUR", "4000000000006")
    figures = run("import_products", write_csv(HEADER, changed))

    assert (figures["created"], figures["updated"]) == (0, 1)
    mug = Product.objects.get(slug="mug")
    assert (mug.name, mug.brand) == ({"en": "Big mug", "fa": "ماگ"}, "Kiln")
    blue = Variant.objects.get(sku="MUG-B")
    assert blue.prices.get().amount == 1450
    assert blue.barcodes.count() == 2
    assert Variant.objects.get(sku="MUG-R").prices.get().amount == 1290


def test_publishes_new_products_when_told_to(write_csv, run):
    run("import_products", write_csv(HEADER, POT), "--publish")

    pot = Product.objects.get(slug="pot")
    assert pot.state == "published"
    assert pot.published_at is not None


def test_a_dry_run_counts_and_writes_nothing(write_csv, run):
    figures = run("import_products", write_csv(HEADER, BLUE, RED), "--dry-run")

    assert figures["created"] == 2
    assert not Product.objects.exists()
    assert not Category.objects.exists()


def test_a_product_may_be_described_in_one_transaction_and_go_on_in_the_next(write_csv, run):
    figures = run("import_products", write_csv(HEADER, BLUE, POT, RED), "--rows-per-transaction", "1")

    assert figures["created"] == 3
    assert [variant.sku for variant in Product.objects.get(slug="mug").variants.all()] == ["MUG-B", "MUG-R"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"sku": ""}, "missing_value"),
        ({"sku": "x" * 65}, "too_long"),
        ({"sku": "POT"}, "duplicate_key"),
        ({"product": "!"}, "slug_not_valid"),
        ({"name_en": "", "product": "new"}, "product_without_name"),
        ({"product": "pot", "name_en": "Another pot"}, "differs_from_product"),
        ({"category": "garden/pots"}, ""),
        ({"price": "1.234"}, "below_minor_unit"),
        ({"price": "-1"}, "negative_price"),
        ({"price": "cheap"}, "not_a_number"),
        ({"currency": ""}, "price_without_currency"),
        ({"currency": "XYQ"}, "unknown_currency"),
        ({"sku": "KNOWN", "product": "cup"}, "sku_of_other_product"),
    ],
)
def test_refuses_a_bad_row_alone(write_csv, run, changes, reason):
    known = ("KNOWN", "known", "Known", "", "", "sale", "", "", "", "96385074")
    run("import_products", write_csv(HEADER, known))
    pot = ("POT", "pot", "Pot", "", "", "", "", "", "", "4000000000013")
    good = dict(zip(HEADER.split(","), ("CUP", "cup", "Cup", "", "", "", "", "5.00", "EUR", ""), strict=True))

    figures = run("import_products", write_csv(HEADER, pot, tuple((good | changes).values())))

    assert figures["report"] == ([(3, reason)] if reason else [])
    assert figures["created"] == (1 if reason else 2)
    assert set(Variant.objects.values_list("sku", flat=True)) == {"KNOWN", "POT"} | (set() if reason else {"CUP"})


KNOWN = ("KNOWN", "known", "Known", "", "", "sale", "", "", "", "96385074")
CUP = dict(
    zip(HEADER.split(","), ("CUP", "cup", "Cup", "", "Kiln", "home", "colour=Blue", "5.00", "EUR", ""), strict=True)
)


@pytest.mark.parametrize(
    ("column", "cell", "reason", "was"),
    [
        ("product", "Cup!", "slug_not_valid", "Cup!"),
        ("name_en", "<p>Cup</p>", "html", "<p>Cup</p>"),
        ("name_en", "Cup" + "p" * 400, "too_long", "Cup" + "p" * 197),
        ("brand", "k" * 121, "too_long", "k" * 121),
        ("brand", "4242424242424242", "card_number", ""),
        ("category", "home//x", "category_not_valid", "home//x"),
        ("category", "home/home", "category_not_valid", "home/home"),
        ("category", "home/sale", "category_slug_taken", "home/sale"),
        ("attributes", "colour=Blue; blue", "attributes_not_valid", "blue"),
        ("barcodes", "4006381333930 4000000000006", "barcode_not_valid", "4006381333930"),
        ("barcodes", "96385074 4000000000006", "barcode_taken", "96385074"),
        ("barcodes", "4000000000013 4000000000006", "barcode_taken", "4000000000013"),
    ],
)
def test_no_text_shelf_or_barcode_costs_an_article(write_csv, run, column, cell, reason, was):
    run("import_products", write_csv(HEADER, KNOWN))
    pot = ("POT", "pot", "Pot", "", "", "", "", "", "", "4000000000013")

    figures = run("import_products", write_csv(HEADER, pot, (CUP | {column: cell}).values()))

    assert (figures["created"], figures["report"]) == (2, [])
    assert figures["told"] == [(3, column, reason, was)]
    cup = Variant.objects.get(sku="CUP")
    assert cup.prices.get().amount == 500
    assert (cup.product.slug, cup.attributes) == ("cup", {"colour": {"en": "Blue"}})
    assert list(cup.barcodes.values_list("code", flat=True)) == (["4000000000006"] if column == "barcodes" else [])


def test_html_becomes_lines_of_text(write_csv, run):
    html = "<p>Fired in <b>Berlin</b> &amp; glazed.</p><ul><li>0.3&nbsp;l</li><li>a < b</li></ul><script>x()</script>"
    header = HEADER.replace("name_fa", "description_en")

    run("import_products", write_csv(header, (CUP | {"name_fa": html}).values()))

    assert Product.objects.get().description == {"en": "Fired in Berlin & glazed.\n0.3 l\na < b"}


def test_a_refused_row_keeps_its_barcodes(write_csv, run):
    mug = ("MUG", "mug", "Mug", "", "", "", "", "dear", "EUR", "4000000000013")
    wrong = (CUP | {"barcodes": "04000000000013"}).values()

    figures = run("import_products", write_csv(HEADER, mug, wrong, ("mug", "mug", "Mug", "", "", "", "", "", "", "")))

    assert figures["report"] == [(2, "not_a_number"), (4, "duplicate_key")]
    assert figures["told"] == [(3, "barcodes", "barcode_taken", "4000000000013")]
    assert not Barcode.objects.exists()


def test_what_a_refused_row_should_have_described_says_so(write_csv, run):
    first = ("MUG-B", "mug", "Mug", "", "", "", "", "dear", "EUR", "")

    figures = run("import_products", write_csv(HEADER, first, ("MUG-R", "mug", "", "", "", "", "", "", "", "")))

    assert figures["report"] == [(2, "not_a_number"), (3, "described_on_refused_row")]
