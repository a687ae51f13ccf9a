"""What an invoice states and a credit note takes back: the pure rules."""

import random
from dataclasses import replace

import pytest

from orders.rules.documents.invoices import (
    EXEMPT,
    EXPORT,
    INTRA_COMMUNITY,
    VOUCHER,
    Charge,
    Statement,
    SuppliedLine,
    TaxKey,
    TaxPart,
    credited,
    mentions_of,
    number_of,
    stated,
    statement_from,
)

NORMAL, REDUCED = TaxKey("1900"), TaxKey("700")
# Three mugs for 35.70 with 5.70 tax, and a book for 10.70 with 0.70; shipping 4.90 bears both rates.
MUGS = SuppliedLine(1, "Mug", "MUG", 3, 1190, 3, 3570, 3570, dues=((NORMAL, 570, 0),))
BOOK = SuppliedLine(2, "Book", "BOOK", 1, 1070, 1, 1070, 1070, dues=((REDUCED, 70, 0),))
SHIPPING = Charge("shipping", 490, 490)
TAXES = [TaxPart(NORMAL, 3317, 630), TaxPart(REDUCED, 1109, 78)]
UNION = {"DE", "AT"}


def of(statement):
    return [(line.key, line.quantity, line.gross, line.tax) for line in statement.positions]


class TestInvoice:
    def test_states_lines_and_charges_with_their_taxes(self):
        invoice = stated([MUGS, BOOK], [SHIPPING], TAXES)

        assert of(invoice) == [("line:1", 3, 3570, 570), ("line:2", 1, 1070, 70), ("shipping", 1, 490, 68)]
        assert invoice.taxes == TAXES
        assert (invoice.gross, invoice.tax) == (5130, 708)

    def test_states_only_what_the_buyer_keeps(self):
        invoice = stated([replace(MUGS, kept_units=2, kept=2380), replace(BOOK, kept_units=0, kept=0)], [], TAXES)

        assert of(invoice) == [("line:1", 2, 2380, 380)]
        assert invoice.taxes == [TaxPart(NORMAL, 2000, 380)]

    def test_what_is_still_paid_for_goods_that_are_gone_is_stated(self):
        invoice = stated([replace(MUGS, kept_units=0, kept=119)], [], TAXES)

        assert of(invoice) == [("line:1", 0, 119, 19)]

    def test_a_deposit_without_tax_is_in_no_tax(self):
        line = replace(MUGS, full=3570 + 75, kept=3570 + 75, untaxed=25)

        assert stated([line], [], TAXES).taxes == [TaxPart(NORMAL, 3000, 570)]
        half = replace(line, kept_units=1, kept=1190 + 25)
        assert stated([half], [], TAXES).taxes == [TaxPart(NORMAL, 1000, 190)]

    def test_several_taxes_each_have_their_base(self):
        first, second = TaxKey("500", "GST"), TaxKey("1000", "PST")
        line = SuppliedLine(1, "Mug", "MUG", 1, 1000, 1, 1155, 1155, dues=((first, 50, 0), (second, 105, 50)))

        assert stated([line], [], []).taxes == [TaxPart(second, 1050, 105), TaxPart(first, 1000, 50)]

    def test_a_gift_card_bears_no_tax(self):
        card = SuppliedLine(1, "Card", "CARD", 1, 5000, 1, 5000, 5000, dues=((TaxKey("0"), 0, 0),), is_voucher=True)

        assert of(stated([card], [], [])) == [("line:1", 1, 5000, 0)]
        assert stated([card], [], []).taxes == []

    def test_fees_and_shipping_share_what_the_lines_do_not_bear(self):
        charges = [SHIPPING, Charge("fee:0", 119, 119, {"en": "Packing"})]
        invoice = stated([MUGS], charges, [TaxPart(NORMAL, 3512, 667)])

        assert of(invoice)[1:] == [("shipping", 1, 490, 78), ("fee:0", 1, 119, 19)]
        assert invoice.taxes == [TaxPart(NORMAL, 3512, 667)]

    def test_what_is_given_back_of_charges_takes_its_tax_along(self):
        charges = [replace(SHIPPING, kept=0), Charge("fee:0", 119, 119, {"en": "Packing"})]
        invoice = stated([MUGS], charges, [TaxPart(NORMAL, 3512, 667)])

        assert of(invoice)[1:] == [("fee:0", 1, 119, 19)]

    def test_is_read_back_as_it_was_stored(self):
        invoice = stated([MUGS, BOOK], [SHIPPING, Charge("fee:0", 100, 100, {"en": "Packing"})], TAXES)

        assert statement_from(invoice.as_json()) == invoice


class TestCreditNote:
    def test_takes_back_what_became_less(self):
        invoice = stated([MUGS, BOOK], [SHIPPING], TAXES)
        note = credited([invoice], stated([replace(MUGS, kept_units=2, kept=2380), BOOK], [SHIPPING], TAXES))

        assert of(note) == [("line:1", 1, 1190, 190)]
        assert note.taxes == [TaxPart(NORMAL, 1000, 190)]

    def test_of_a_price_reduction_has_no_units(self):
        invoice = stated([MUGS], [], TAXES)

        assert of(credited([invoice], stated([replace(MUGS, kept=3451)], [], TAXES))) == [("line:1", 0, 119, 19)]

    def test_is_empty_if_nothing_became_less(self):
        invoice = stated([MUGS, BOOK], [SHIPPING], TAXES)

        assert credited([invoice], invoice).gross == 0

    @pytest.mark.parametrize("seed", range(100))
    def test_notes_in_any_number_add_up_to_the_invoice(self, seed):
        dice = random.Random(seed)
        full = dice.randint(1, 5000)
        line = SuppliedLine(1, "Mug", "MUG", 7, 1190, 7, full, full, dues=((NORMAL, full * 19 // 119, 0),))
        taxes = [TaxPart(NORMAL, full - full * 19 // 119, full * 19 // 119)]
        documents = [stated([line], [], taxes)]
        for units in sorted({dice.randint(0, 6) for _time in range(4)} | {0}, reverse=True):
            documents.append(
                credited(documents, stated([replace(line, kept_units=units, kept=full * units // 7)], [], taxes))
            )

        first, *notes = documents
        assert sum(note.gross for note in notes) == first.gross
        assert sum(note.tax for note in notes) == first.tax
        assert all(note.tax >= 0 for note in notes)


class TestMentions:
    @pytest.mark.parametrize(
        ("key", "countries", "mentions"),
        [
            (NORMAL, {"DE"}, []),
            (TaxKey("0", "", is_exempt=True), {"AT"}, [INTRA_COMMUNITY]),
            (TaxKey("0"), {"CH"}, [EXPORT]),
            (TaxKey("0"), {"DE"}, [EXEMPT]),
        ],
    )
    def test_say_why_goods_bear_no_tax(self, key, countries, mentions):
        taxes = [TaxPart(key, 1000, 0)]

        assert mentions_of(taxes, seller_country="DE", countries=countries, union=UNION, has_voucher=False) == mentions

    def test_say_that_a_gift_card_is_a_voucher(self):
        assert mentions_of([], seller_country="DE", countries=(), union=UNION, has_voucher=True) == [VOUCHER]


def test_a_number_names_kind_seller_year_and_place():
    assert number_of("R", legal_entity_id=3, year=2026, sequence=17) == "R3-2026-000017"


def test_nothing_states_nothing():
    assert (Statement(()).gross, Statement(()).taxes) == (0, [])
