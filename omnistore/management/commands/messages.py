"""Keeping the translations: read the texts, update the catalogues, compile them. Needs no gettext."""

import io
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract, extract_python
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import to_locale
from django.utils.translation.template import templatize

from omnistore.engagement.rules.templates import parse_template, texts_of

SOURCES = ("core", "accounts", "inventory", "carts", "orders", "omnistore")
LANGUAGES = tuple(code for code, _name in settings.LANGUAGES if code != "en")
KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
COMMENT = "Translators:"


class Command(BaseCommand):
    """Update and compile the translations, or check that nothing is missing."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing; fail if a translation is missing")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        texts = read_texts()
        missing = 0
        for language in LANGUAGES:
            catalogue = updated(language, texts)
            untranslated = [message for message in catalogue if message.id and not _is_translated(message)]
            missing += len(untranslated)
            for message in untranslated:
                self.stdout.write(f"{language}: {_named(message)} ({_place(message)})")
            if check:
                missing += self._check_compiled(language, catalogue)
            else:
                _write(language, catalogue)
        if missing:
            raise CommandError(f"{missing} translations are missing.")

    def _check_compiled(self, language: str, catalogue: Catalog) -> int:
        if _translations(compiled(language)) == _translations(catalogue):
            return 0
        self.stdout.write(f"{language}: django.mo is not what django.po says; run manage.py messages.")
        return 1


def read_texts() -> Catalog:
    """Collect every text that is to be translated, in the order of files and lines."""
    texts = Catalog(charset="utf-8")
    for path in _source_files():
        place = path.relative_to(settings.BASE_DIR).as_posix()
        method = METHODS[path.suffix]
        with path.open("rb") as source:
            for line, text, comments, context in extract(method, source, KEYWORDS, [COMMENT]):
                texts.add(text, None, [(place, line)], auto_comments=comments, context=context)
    return texts


def extract_template(source: Any, keywords: Any, comment_tags: Any, options: Any) -> Iterator[Any]:
    """Read a template as Babel reads Python: Django turns its tags into calls of gettext."""
    # The template's own indentation is no Python.
    code = "\n".join(line.lstrip() for line in templatize(source.read().decode()).split("\n")).encode()
    yield from extract_python(io.BytesIO(code), keywords, comment_tags, {"encoding": "utf-8"})


def extract_notification(source: Any, keywords: Any, comment_tags: Any, options: Any) -> Iterator[Any]:
    """Read a notification's template, in which every text but the names of values is translatable."""
    lines = source.read().decode().splitlines()
    for text in texts_of(parse_template(tomllib.loads("\n".join(lines)))):
        yield next((number for number, line in enumerate(lines, 1) if text in line), 1), "_", text, []


METHODS: dict[str, Any] = {
    ".py": extract_python,
    ".html": extract_template,
    ".txt": extract_template,
    ".toml": extract_notification,
}


def updated(language: str, texts: Catalog) -> Catalog:
    """Return a language's catalogue with exactly the texts given, keeping the translations it has."""
    path = _folder(language) / "django.po"
    if path.exists():
        with path.open("rb") as source:
            catalogue = read_po(source, locale=to_locale(language))
    else:
        catalogue = Catalog(locale=to_locale(language), project="Omnistore", charset="utf-8", fuzzy=False)
        catalogue.header_comment = (
            f"# Texts of Omnistore in {catalogue.locale.english_name}; kept by manage.py messages."
        )
    catalogue.update(texts, no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()
    return catalogue


def compiled(language: str) -> Catalog:
    """Return the catalogue that is read at run time; an empty one if there is none."""
    path = _folder(language) / "django.mo"
    if not path.exists():
        return Catalog()
    with path.open("rb") as source:
        return read_mo(source)


def _write(language: str, catalogue: Catalog) -> None:
    folder = _folder(language)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "django.po").open("wb") as target:
        # Without places, which would change with every line that is added above them.
        write_po(target, catalogue, width=120, no_location=True, sort_output=True)
    with (folder / "django.mo").open("wb") as target:
        write_mo(target, catalogue)


def _translations(catalogue: Catalog) -> dict[Any, Any]:
    """Return what is translated into what; the two file formats give plurals and contexts as different types."""
    return {
        (_comparable(message.id), _context(message)): _comparable(message.string)
        for message in catalogue
        if message.id and _is_translated(message)
    }


def _comparable(text: Any) -> Any:
    return text if isinstance(text, str) else tuple(text)


def _context(message: Message) -> str | None:
    context: Any = message.context
    return context.decode() if isinstance(context, bytes) else context


def _source_files() -> list[Path]:
    roots = [settings.BASE_DIR / name for name in SOURCES]
    patterns = ("*.py", "templates/**/*.html", "templates/**/*.txt", "notifications/*.toml")
    found = [path for root in roots for pattern in patterns for path in root.rglob(pattern)]
    return sorted(path for path in found if "migrations" not in path.parts)


def _folder(language: str) -> Path:
    return Path(settings.BASE_DIR / "omnistore" / "locale" / to_locale(language) / "LC_MESSAGES")


def _is_translated(message: Message) -> bool:
    forms = message.string if isinstance(message.string, tuple | list) else [message.string]
    return all(forms)


def _named(message: Message) -> str:
    context = _context(message)
    return f"{message.id!r} in the context {context!r}" if context else f"{message.id!r}"


def _place(message: Message) -> str:
    return ", ".join(f"{path}:{line}" for path, line in message.locations[:1])
