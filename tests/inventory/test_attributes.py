"""Whatever is stored of an article, every page, list and API can show it."""

from importlib import import_module

import pytest

from inventory.rules.attributes import NotAttributes, stored_attributes

LANGUAGES = ("en", "de", "fa")
showable = import_module("inventory.migrations.0014_forms_say_why").showable


@pytest.mark.parametrize(
    "value",
    [
        *(["blue"], 5, "blue", None, True, [1], {"colour": ["blue"]}, {"colour": None}, {"colour": True}, {"": "x"}),
        *({"colour": {}}, {"colour": {"xx": "x"}}, {"colour": {"en": 5}}, {"colour": {"en": {"a": 1}}}),
        *({"colour": ""}, {"colour": {"en": "\u200b"}}, {"n": float("nan")}, {"n": float("inf")}, {"n": 10**60}),
        *({"a" * 41: "x"}, {"a": "x" * 201}, {str(number): "x" for number in range(51)}, {"a": "1", "a\u200e": "2"}),
    ],
)
def test_what_no_page_can_show_is_refused(value):
    with pytest.raises(NotAttributes):
        stored_attributes(value, languages=LANGUAGES)


def test_texts_numbers_and_texts_by_language_are_kept_in_one_line():
    value = {"colour": {"de": "Blau\n"}, " size ": "M\u202e", "volume_ml": 300, "weight": 0.5, "fa": "می\u200cشود\x00"}

    stored = stored_attributes(value, languages=LANGUAGES)

    assert stored == {"colour": {"de": "Blau"}, "size": "M", "volume_ml": 300, "weight": 0.5, "fa": "می\u200cشود"}
    assert stored_attributes(stored, languages=LANGUAGES) == stored


@pytest.mark.parametrize(
    ("standing", "mended"),
    [
        ([1], {"details": "1"}),
        (["blue", "red"], {"details": "blue, red"}),
        (5, {"details": 5}),
        ({"colour": {"xx": "Blau"}}, {"colour": {"xx": "Blau"}}),
        ({"colour": ["blue"], "size": None, "new": True, "ok": "M"}, {"colour": "blue", "new": "True", "ok": "M"}),
    ],
)
def test_what_stands_is_mended_without_loss(standing, mended):
    assert showable(standing) == mended
