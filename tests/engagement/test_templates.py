import pytest
from django.utils.translation import override

from omnistore.engagement.rules.content import Block
from omnistore.engagement.rules.templates import TemplateError, parse_template, texts_of
from omnistore.engagement.services.rendering import render

DATA = {
    "subject": "Hello %(name)s",
    "text": ["Hello.", {"if": "gift", "say": "A gift: %(gift)s."}],
    "paragraphs": ["First.", {"if": "gift", "say": "Gift."}, ["One.", {"if": "gift", "say": "Two."}]],
    "lines": "goods",
    "totals": ["sums", "payments"],
    "blocks": [
        {"heading": "Store", "facts": [["Name", "store"], ["Phone", "phone"]]},
        {"heading": "By parcel", "each": "parcels", "facts": [["Address", "address"]]},
        {"heading": "Opening hours", "rows": "hours"},
    ],
}
CONTEXT = {
    "name": "Ana",
    "gift": "a mug",
    "store": "Mitte",
    "phone": "",
    "parcels": [{"address": "Torstr. 5"}, {"address": "Torstr. 6"}],
    "hours": [("Monday", "9 – 20")],
    "goods": [("2", "Mug", "€2")],
    "sums": [("Total", "€2")],
    "payments": [("Paid in cash", "€2")],
}


def rendered(context, language="en"):
    with override(language):
        return render(parse_template(DATA), context)


def test_a_template_and_its_context_become_words():
    content = rendered(CONTEXT)

    assert (content.subject, content.text) == ("Hello Ana", "Hello. A gift: a mug.")
    assert content.paragraphs == ["First.", "Gift.", "One. Two."]
    assert content.blocks == [
        Block("Store", [("Name", "Mitte")]),
        Block("By parcel", [("Address", "Torstr. 5")]),
        Block("By parcel", [("Address", "Torstr. 6")]),
        Block("Opening hours", [("Monday", "9 – 20")]),
    ]
    assert content.lines == [("2", "Mug", "€2")]
    assert content.totals == [("Total", "€2"), ("Paid in cash", "€2")]


def test_a_sentence_and_a_fact_without_their_value_are_left_out():
    content = rendered(CONTEXT | {"gift": "", "store": "", "parcels": []})

    assert content.text == "Hello."
    assert content.paragraphs == ["First.", "One."]
    assert [block.heading for block in content.blocks] == ["Opening hours"]


def test_headings_and_labels_are_translated():
    content = rendered(CONTEXT, "de")

    assert [block.heading for block in content.blocks][1:] == ["Per Paket", "Per Paket", "Öffnungszeiten"]


def test_a_template_may_not_name_what_its_context_does_not_have():
    with pytest.raises(KeyError, match="secret"):
        render(parse_template(DATA | {"subject": "%(secret)s"}), CONTEXT)


def test_every_text_of_a_template_is_read_for_translation():
    assert list(texts_of(parse_template(DATA))) == [
        *("Hello %(name)s", "Hello.", "A gift: %(gift)s.", "First.", "Gift.", "One.", "Two."),
        *("Store", "Name", "Phone", "By parcel", "Address", "Opening hours"),
    ]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"subject": "Hello", "text": "Hello"}, "paragraphs is missing"),
        (DATA | {"text": ""}, "text is missing"),
        (DATA | {"colour": "red"}, "Unknown: colour"),
        (DATA | {"text": [{"if": "gift", "say": "A gift.", "else": "None."}]}, "Unknown: else"),
        (DATA | {"blocks": [{"heading": "Store", "fact": []}]}, "Unknown: fact"),
    ],
)
def test_data_that_is_no_template_is_refused(data, message):
    with pytest.raises(TemplateError, match=message):
        parse_template(data)
