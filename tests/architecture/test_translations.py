import ast
import re
from gettext import GNUTranslations
from io import StringIO
from pathlib import Path

import allauth
import pytest
import rest_framework
from babel.messages.extract import extract, extract_python
from django.apps import apps
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils.functional import Promise
from django.utils.translation import gettext, override, to_locale

from omnistore.management.commands.messages import KEYWORDS, LANGUAGES, SOURCES, compiled, extract_template
from omnistore.third_party_translations import NAMELESS

F_STRING = re.compile(r"""f['"]""", re.IGNORECASE)
CALL_OF_A_TEXT = re.compile(rf"\b({'|'.join(KEYWORDS)})\(")
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]")
# Letters that only another of the shop's languages has.
FOREIGN = {"de": re.compile(r"[\u0600-\u06ff]"), "fa": re.compile(r"[كيىة]"), "ar": re.compile(r"[پچژگکی]")}
FAMILIAR = re.compile(r"\b(du|dein\w*|dir|dich|gib|habe Geduld|kontaktiere|klick|wähle|bestätige)\b", re.IGNORECASE)
# Of the parts of allauth that the shop shows; those that sign in with other sites' accounts say nothing here.
BORROWED = [
    *(Path(allauth.__file__).parent / part for part in ("account", "mfa", "usersessions")),
    *(Path(allauth.__file__).parent / "templates" / part for part in ("account", "mfa", "usersessions")),
    Path(rest_framework.__file__).parent,
]


def test_every_text_is_translated_and_compiled():
    call_command("messages", check=True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_the_places_for_figures_and_names(language):
    broken = [
        message.id
        for message in compiled(language)
        if isinstance(message.id, str) and _places(message.id) != _places(message.string)
    ]

    assert broken == [""] or broken == []


@pytest.mark.parametrize("language", FOREIGN)
def test_translations_are_in_the_letters_of_their_language(language):
    foreign = FOREIGN[language]

    assert {str(it.id): it.string for it in compiled(language) if it.id and foreign.search(str(it.string))} == {}


def test_the_german_of_our_pages_and_of_borrowed_ones_says_sie():
    with override("de"):
        familiar = {text: said for text in borrowed_texts() if FAMILIAR.search(said := gettext(text))}
    familiar |= {str(it.id): it.string for it in compiled("de") if FAMILIAR.search(str(it.string))}

    assert familiar == {}


def borrowed_texts():
    """Read what the libraries' own pages say, as our own texts are read."""
    for root in BORROWED:
        for path in sorted(path for kind in ("*.py", "*.html", "*.txt") for path in root.rglob(kind)):
            method = extract_python if path.suffix == ".py" else extract_template
            with path.open("rb") as source:
                for _line, text, _comments, _context in extract(method, source, KEYWORDS, []):
                    yield text if isinstance(text, str) else text[0]


def test_every_table_and_column_and_choice_has_a_name_in_every_language():
    ours = [model for model in apps.get_models() if model.__module__.split(".")[0] in SOURCES]
    nameless = [str(model._meta.label) for model in ours if not _is_lazy(model, model._meta.verbose_name)]
    for model in ours:
        for field in model._meta.local_fields:
            names = [field.verbose_name, *(name for _value, name in field.flatchoices if field.name != "language")]
            nameless += [f"{field}: {name}" for name in names if not _is_lazy(model, name)]

    assert [name for name in nameless if not name.lower().endswith(": id")] == []


def test_tables_of_other_apps_are_called_by_names_of_every_language():
    """`ID`, `IP` and what an app leaves to its own catalogue are no concern of this."""
    for label in ("mfa.Authenticator", "usersessions.UserSession", "django_celery_beat.PeriodicTask"):
        meta = apps.get_model(label)._meta
        names = [meta.verbose_name, meta.verbose_name_plural]
        names += [field.verbose_name for field in meta.local_fields if field.name not in ("id", "ip", "data")]
        for language in LANGUAGES:
            with override(language):
                shown = [str(name) for name in names]
            with override("en"):
                assert [name for name in shown if name in NAMELESS] == [], (label, language)


@pytest.mark.django_db
def test_other_apps_need_no_migrations_for_it():
    call_command("makemigrations", "mfa", "usersessions", "django_celery_beat", check=True, dry_run=True, verbosity=0)


def _is_lazy(model, name):
    # The tables of changes are made by a library, and shown by it as the history of what they are about.
    return isinstance(name, Promise) or hasattr(model, "pgh_tracked_model")


def test_no_text_is_called_inside_an_f_string():
    """The reader of texts, like gettext's own, does not look into them: such a text would never be translated."""
    hidden = []
    for source in SOURCES:
        for path in (settings.BASE_DIR / source).rglob("*.py"):
            text = path.read_text()
            if not (F_STRING.search(text) and CALL_OF_A_TEXT.search(text)):
                continue
            for string in (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.JoinedStr)):
                calls = [node for node in ast.walk(string) if isinstance(node, ast.Call)]
                if any(isinstance(call.func, ast.Name) and call.func.id in KEYWORDS for call in calls):
                    hidden.append(f"{path}:{string.lineno}")

    assert hidden == []


def test_texts_of_code_and_templates_are_found():
    ids = [message.id for message in compiled(LANGUAGES[0])]  # Which are the ones read, says the first test here.

    assert "Collection code" in ids
    assert "Mailbox of the demo" in ids


CODE = """
from django.utils.translation import gettext, npgettext, pgettext
gettext("Open")
pgettext("what a clerk does", "Open")
npgettext("of a shop", "%d day", "%d days", 2)
"""
TEMPLATE = '{% load i18n %}{% translate "Open" context "of a store" %}'


@pytest.fixture
def shop_of_its_own(tmp_path, settings):
    """Sources with the same word in three meanings, and no translations yet."""
    settings.BASE_DIR = tmp_path
    (tmp_path / "core" / "templates").mkdir(parents=True)
    (tmp_path / "core" / "texts.py").write_text(CODE)
    (tmp_path / "core" / "templates" / "store.html").write_text(TEMPLATE)
    return tmp_path / "omnistore" / "locale" / "fa" / "LC_MESSAGES"


def test_a_text_is_missed_in_each_of_its_contexts(shop_of_its_own):
    said = StringIO()

    with pytest.raises(CommandError, match=f"{4 * len(LANGUAGES)} translations are missing"):
        call_command("messages", stdout=said)

    assert [line.rpartition(" (")[0] for line in said.getvalue().splitlines() if line.startswith("fa: ")] == [
        "fa: 'Open' in the context 'of a store'",
        "fa: 'Open'",
        "fa: 'Open' in the context 'what a clerk does'",
        "fa: ('%d day', '%d days') in the context 'of a shop'",
    ]


def test_a_text_is_translated_in_each_of_its_contexts(shop_of_its_own):
    with pytest.raises(CommandError):
        call_command("messages", stdout=StringIO())
    for language in LANGUAGES:
        path = shop_of_its_own.parents[1] / to_locale(language) / "LC_MESSAGES" / "django.po"
        # Each text is translated as itself and its context.
        kept = re.sub(r'(msgctxt "(.*)"\nmsgid "(.*)"\nmsgstr ")', r"\1\3 \2", path.read_text())
        kept = kept.replace('msgid "Open"\nmsgstr ""', 'msgid "Open"\nmsgstr "Open"')
        path.write_text(re.sub(r'(msgstr\[\d\] ")', r"\1%d", kept))

    call_command("messages")
    call_command("messages", check=True)

    with (shop_of_its_own / "django.mo").open("rb") as compiled_texts:
        texts = GNUTranslations(compiled_texts)
    assert texts.gettext("Open") == "Open"
    assert texts.pgettext("of a store", "Open") == "Open of a store"
    assert texts.pgettext("what a clerk does", "Open") == "Open what a clerk does"
    assert texts.npgettext("of a shop", "%d day", "%d days", 2) == "%d"


def _places(text):
    return sorted(PLACEHOLDER.findall(text))
