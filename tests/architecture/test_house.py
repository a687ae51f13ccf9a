"""Rules of the house that import-linter cannot see."""

import ast
import re
from pathlib import Path

from django.apps import apps
from django.urls import URLPattern, URLResolver, get_resolver

from tests.architecture.files import ROOT, files_like

START = re.compile(r"( *)(?:async def|def|@|class) ?\S")
FLOORS = ["core", "accounts", "inventory", "carts", "orders", "engagement"]
LONGEST_FILE, LONGEST_FUNCTION = 400, 60
CODE = [
    path
    for folder in ("core", "accounts", "inventory", "carts", "orders", "omnistore", "tests")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if "migrations" not in path.parts
]


def test_relations_point_down_the_house():
    """A foreign key named by a string is no import, so the import rule does not see it."""
    upward = [
        f"{model._meta.label}.{field.name} -> {field.related_model._meta.label}"
        for model in apps.get_models()
        if model._meta.app_label in FLOORS
        for field in model._meta.get_fields()
        if field.is_relation
        and field.concrete
        and field.related_model is not None
        and field.related_model._meta.app_label in FLOORS
        and FLOORS.index(field.related_model._meta.app_label) > FLOORS.index(model._meta.app_label)
    ]

    assert upward == []


def test_files_and_functions_stay_readable():
    """One test for all files: one each took longer to begin and end than to read."""
    too_long = []
    for path in CODE:
        text, name = path.read_text(), path.relative_to(ROOT)
        lines = text.splitlines()
        too_long += [str(name)] if len(lines) > LONGEST_FILE else []
        if not _may_hold_a_long_function(lines):
            continue
        too_long += [
            f"{name}: {node.name}"
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.FunctionDef)
            and node.end_lineno is not None
            and node.end_lineno - node.lineno >= LONGEST_FUNCTION
        ]

    assert too_long == []


def _may_hold_a_long_function(lines: list[str]) -> bool:
    """Say so if the next function on the same level is far away; reading every file whole takes seconds."""
    starts = [(number, len(found[1])) for number, line in enumerate(lines) if (found := START.match(line))]
    starts.append((len(lines), 0))
    return any(
        next(after for after, level in starts[turn:] if level <= depth) - number >= LONGEST_FUNCTION
        for turn, (number, depth) in enumerate(starts[:-1], 1)
    )


def test_a_long_function_is_looked_at():
    """Negative control: what follows it on its own level is far, whatever stands in it."""
    body = ["        def inner():", "            pass"] * (LONGEST_FUNCTION // 2)
    short = ["    def short(self):", "        pass"]

    assert _may_hold_a_long_function(["class One:", "    def long(self):", *body, *short])
    assert not _may_hold_a_long_function(["class One:", *short, *short])


def test_a_refusals_code_is_given_by_one_class():
    """Clients tell refusals apart by their codes; a refusal that is a kind of another one inherits its code."""
    classes: dict[str, list[str]] = {}
    for path in CODE:
        if "tests" in path.parts or "code = " not in (text := path.read_text()):
            continue
        for node in ast.parse(text).body:
            if isinstance(node, ast.ClassDef):
                for code in re.findall(r'^    code = "(\w+)"', ast.get_source_segment(text, node) or "", re.MULTILINE):
                    classes.setdefault(code, []).append(f"{path.relative_to(ROOT)}: {node.name}")

    assert {code: names for code, names in classes.items() if len(names) > 1} == {}


STYLES_AND_SCRIPTS = [
    path
    for folder in ("core", "accounts", "inventory", "carts", "orders", "omnistore")
    for kind in ("css", "js")
    for path in sorted((ROOT / folder).rglob(f"*.{kind}"))
]


def test_style_sheets_and_scripts_stay_readable():
    assert [path for path in STYLES_AND_SCRIPTS if len(path.read_text().splitlines()) > LONGEST_FILE] == []


def routes(resolver: URLResolver, prefix: str = "") -> list[tuple[str, URLPattern]]:
    found = []
    for entry in resolver.url_patterns:
        path = prefix + str(entry.pattern)
        found += routes(entry, path) if isinstance(entry, URLResolver) else [(path, entry)]
    return found


SHARED = ("api/v1/catalogue/", "api/v1/stores/")
OPEN_TO_ALL = {
    "api/v1/schema/",
    "api/v1/docs/",
    "api/v1/cart/handover/<str:code>.svg",
    "api/v1/test-provider/<uuid:key>/confirmation/",
    "api/v1/webhooks/<slug:provider>/",  # Signed.
    "api/v1/webhooks/carriers/<slug:carrier>/",  # Signed.
}


def test_every_route_below_api_says_who_may_ask():
    """A view without a permission of its own is closed (the default), and the open ones are listed here."""
    for path, entry in routes(get_resolver()):
        if not path.startswith("api/v1/"):
            continue
        view = entry.callback.view_class
        if not view.authentication_classes:
            assert path in OPEN_TO_ALL or path.startswith(SHARED), path
        if path.startswith("api/v1/till/"):
            assert "StaffApiView" in [base.__name__ for base in view.__mro__], path


def test_no_file_names_a_registry_or_a_machine():
    hosts = re.compile(r"(pypi|npmjs|pythonhosted|debian)\.org|(^|[^A-Za-z0-9_.])/(work|root)/")
    named = [
        str(path.relative_to(ROOT))
        for path in files_like("*.py", "*.md", "*.txt", "*.toml", "*.yaml", "*.sh", "Makefile", "Dockerfile", "run")
        if path != Path(__file__).resolve() and hosts.search(path.read_text(errors="replace"))
    ]

    assert named == []
