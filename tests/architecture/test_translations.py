import ast
import re

import pytest
from django.conf import settings
from django.core.management import call_command

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
