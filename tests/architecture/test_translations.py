import ast
import re

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.utils.functional import Promise

from omnistore.management.commands.messages import KEYWORDS, LANGUAGES, SOURCES, compiled, read_texts

PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]")


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


def test_every_table_and_column_has_a_name_in_every_language():
    ours = [model for model in apps.get_models() if model.__module__.split(".")[0] in SOURCES]
    nameless = [str(model._meta.label) for model in ours if not _is_lazy(model, model._meta.verbose_name)]
    for model in ours:
        nameless += [str(field) for field in model._meta.local_fields if not _is_lazy(model, field.verbose_name)]

    assert [name for name in nameless if not name.endswith(".id")] == []


def _is_lazy(model, name):
    # The tables of changes are made by a library, and shown by it as the history of what they are about.
    return isinstance(name, Promise) or hasattr(model, "pgh_tracked_model")


def test_no_text_is_called_inside_an_f_string():
    """The reader of texts, like gettext's own, does not look into them: such a text would never be translated."""
    hidden = []
    for source in SOURCES:
        for path in (settings.BASE_DIR / source).rglob("*.py"):
            for string in (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.JoinedStr)):
                calls = [node for node in ast.walk(string) if isinstance(node, ast.Call)]
                if any(isinstance(call.func, ast.Name) and call.func.id in KEYWORDS for call in calls):
                    hidden.append(f"{path}:{string.lineno}")

    assert hidden == []


def test_texts_of_code_and_templates_are_found():
    texts = {message.id for message in read_texts()}

    assert "Collection code" in texts
    assert "Mailbox of the demo" in texts


def _places(text):
    return sorted(PLACEHOLDER.findall(text))
