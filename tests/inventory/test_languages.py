import pytest
from django.db import connection

from inventory.services.languages import index_names
from tests.inventory.asking import listed, make_goods

pytestmark = pytest.mark.django_db


def indexes():
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname LIKE 'product_by_name_%'")
        return [definition for (definition,) in cursor.fetchall()]


def test_an_added_language_gets_its_name_index_without_a_migration(settings):
    settings.LANGUAGES = [*settings.LANGUAGES, ("pt-br", "Português")]
    before = len(indexes())

    index_names()

    assert len(indexes()) == before + 1
    assert any("product_by_name_pt_br " in index and "'pt-br'" in index for index in indexes())


def test_each_language_is_indexed_once(settings):
    before = indexes()

    index_names()

    assert indexes() == before
    assert len(before) == len(settings.LANGUAGES)


def test_a_database_without_the_catalogue_is_not_changed(settings):
    settings.LANGUAGES = [("pt", "Português")]
    with connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION inventory_sort_name CASCADE")

    index_names()

    assert indexes() == []


def test_search_finds_the_words_of_every_language(client, settings):
    words = {language: f"word{number}word" for number, (language, _name) in enumerate(settings.LANGUAGES)}
    for language, word in words.items():
        make_goods({"en": f"In {language}", language: word})

    for language, word in words.items():
        assert listed(client, q=word) == [word if language == "en" else f"in-{language}"]
