"""The properties of a language that follow from its code."""

import pytest
from django.conf import settings
from django.template import engines
from django.utils.translation import override

from core.texts.languages import active_language, known_language, language, named
from core.texts.translated import check_translated, in_language


def test_a_language_needs_only_its_code_and_the_rest_comes_from_cldr():
    assert named("en", "ar", "fa", "de", "fr") == [
        ("en", "English"),
        ("ar", "العربية"),
        ("fa", "فارسی"),
        ("de", "Deutsch"),
        ("fr", "Français"),
    ]


@pytest.mark.parametrize(
    ("code", "direction", "comma", "dot"),
    [
        ("en", "ltr", ", ", "·"),
        ("ar", "rtl", "، ", "·"),
        ("fa", "rtl", "، ", "|"),
        ("de", "ltr", ", ", "·"),
        ("he", "rtl", ", ", "·"),
        ("ur", "rtl", "، ", "·"),
    ],
)
def test_direction_comma_and_dot(code, direction, comma, dot):
    known = language(code)

    assert (known.direction, known.comma, known.dot) == (direction, comma, dot)
    assert known.is_rtl == (direction == "rtl")


def test_templates_have_the_language_tags_without_loading_them():
    page = engines["django"].from_string("{% direction %} 1{% comma %}2 {% dot %} 3")

    with override("fa"):
        assert page.render() == "rtl 1، 2 | 3"
    with override("de"):
        assert page.render() == "ltr 1, 2 · 3"


@pytest.mark.parametrize(("code", "known"), [("de-at", "de"), ("fa", "fa"), ("pt", "en"), ("", "en")])
def test_a_region_is_left_out_and_an_unknown_language_is_the_shops_first(code, known):
    assert known_language(code) == known


def test_outside_a_request_the_shops_first_language_is_active():
    with override(None):
        assert active_language() == settings.LANGUAGE_CODE


def test_texts_may_be_stored_in_every_language_of_the_shop():
    text = {code: f"text in {code}" for code, _name in settings.LANGUAGES}

    check_translated(text)

    assert [in_language(text, code) for code in text] == list(text.values())
