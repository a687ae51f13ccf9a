"""A provider is known to its own folder alone, and called in one place."""

import ast
import re

from core.setup.parts import read_parts
from orders.providers import all_providers
from orders.providers.base import PaymentProvider
from tests.architecture.files import ROOT, files_like

APPS = ("core", "accounts", "inventory", "carts", "orders", "omnistore")
FOLDERS = sorted(path.parent for path in (ROOT / "orders" / "providers").glob("*/__init__.py"))
# The test provider takes a method of its own, and stands in for cards where no other provider is: the shop knows it.
WITH_A_NAME = [folder for folder in FOLDERS if folder.name != "sandbox"]
CALLER = ROOT / "orders" / "services" / "payments" / "gateway.py"


def product_files(*patterns):
    return [path for path in files_like(*patterns) if path.relative_to(ROOT).parts[0] in APPS]


def imported_from_providers(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("orders.providers"):
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names if name.name.startswith("orders.providers"))


def test_no_file_outside_its_folder_names_a_provider():
    # The demo's towels are striped, which is no provider.
    named = [
        f"{path.relative_to(ROOT)}: {folder.name}"
        for folder in WITH_A_NAME
        for path in product_files("*.py", "*.html", "*.txt", "*.js", "*.css")
        if folder not in path.parents and re.search(rf"{folder.name}(?!d)", path.read_text(), re.IGNORECASE)
    ]

    assert WITH_A_NAME != []
    assert named == []


def test_only_the_gateway_calls_providers():
    callers = {
        str(path.relative_to(ROOT))
        for path in product_files("*.py")
        if path != CALLER and ROOT / "orders" / "providers" not in path.parents
        for module in imported_from_providers(path)
        if module != "orders.providers.base"
    }

    assert callers == set()


def test_every_folder_is_a_provider_with_the_whole_port():
    port = {name for name in vars(PaymentProvider) if not name.startswith("_")} | set(PaymentProvider.__annotations__)

    assert [folder.name for folder in FOLDERS if folder.name not in all_providers()] == ["sandbox"]
    assert len(all_providers()) == len(FOLDERS)
    for provider in all_providers().values():
        assert {name for name in port if not hasattr(provider, name)} == set(), provider.name
        assert len(provider.name) <= 20  # The width of the columns that keep it.


def test_their_settings_share_no_name():
    names = [name for folder in FOLDERS for name in settings_in(folder)]

    assert sorted(names) == sorted(read_parts(ROOT / "orders" / "providers").settings)


def settings_in(folder):
    text = (folder / "settings.py").read_text() if (folder / "settings.py").exists() else ""
    return re.findall(r"^([A-Z_]+) = ", text, re.MULTILINE)
