"""
Parts of libraries that are not promised to stay: each is listed here and in docs/upgrading.md.

A test fails when such a part has changed, or when another one is used. `docs/upgrading.md` says what to do then.
"""

import ast
import hashlib
import importlib
import inspect
import re
import sys
from types import FunctionType
from typing import Any

import pytest

import omnistore.web.keeper  # noqa: F401 - nothing of the shop loads it, so its class would not be found.
from tests.architecture.files import ROOT
from tests.architecture.test_house import CODE, FLOORS

UPGRADING = (ROOT / "docs" / "upgrading.md").read_text()
OURS = (*FLOORS, "omnistore")
# Their underscore notwithstanding, their documentation promises these.
PROMISED = {"_meta", "_state", "_default_manager", "_db", "_replace", "_exit"}

# Each use of a private name: the file, and the name.
USES = {
    ("accounts/sign_in/adapter.py", "allauth.core.internal.httpkit"),
    ("accounts/sign_in/receivers.py", "allauth.core.internal.httpkit"),
    ("accounts/sign_in/receivers.py", "_pre_user"),
    ("accounts/sign_in/sign_in_guard.py", "_body"),
    ("accounts/sign_in/tokens.py", "allauth.headless.tokens.strategies.jwt.internal"),
    ("carts/admin/forms.py", "_post_clean"),
    ("core/web/headers.py", "_store"),
    ("omnistore/tools/bench/shops/stock_room.py", "allauth.headless.tokens.strategies.jwt.internal"),
    ("omnistore/web/request_state.py", "_active"),
    ("omnistore/web/request_state.py", "_connections"),
    ("omnistore/web/request_state.py", "_prefixes"),
    ("omnistore/web/request_state.py", "_urlconfs"),
}
OVERRIDES = {
    ("carts.admin.forms.PromotionForm", "_post_clean"),
    ("core.data.database.base.DatabaseWrapper", "_commit"),
    ("omnistore.web.keeper.Keeper", "_serve_loop"),
}

# Files without any of these are not read any further, which saves seconds.
MAY_BE_PRIVATE = re.compile(r"(?<!self)(?<!cls)\._[^_\W]|\binternal\b|import _|[(,]\s*_")

# What the shop calls, overrides, bypasses or repeats, by the beginning of the SHA-256 of its source.
SOURCES = {
    "django.contrib.sessions.middleware.SessionMiddleware": "81dfc7bdab25",
    "django.core.handlers.base.BaseHandler._get_response": "ec767cf1bf02",
    "django.core.handlers.exception.convert_exception_to_response": "a297ae868bdd",
    "django.db.backends.base.base.BaseDatabaseWrapper._commit": "8ebc361e1e8f",
    "django.db.backends.base.base.BaseDatabaseWrapper.close_if_health_check_failed": "f72eb45356f4",
    "django.db.backends.base.base.BaseDatabaseWrapper.queries_logged": "d26da937d4e8",
    "django.db.backends.base.base.BaseDatabaseWrapper.validate_no_broken_transaction": "e278b1b29deb",
    "django.db.backends.postgresql.base.DatabaseWrapper.close_if_health_check_failed": "c415cad7fbd8",
    "django.db.backends.postgresql.base.DatabaseWrapper.is_usable": "c6d0cbdb5ef5",
    "django.forms.models.BaseModelForm._post_clean": "7ac9e513c344",
    "django.http.response.ResponseHeaders": "71f3a6f4bdff",
    "django.middleware.security.SecurityMiddleware": "7c0daafdd127",
    "granian.server.common.AbstractServer._reload": "1c1d7ce40c4c",
    "granian.server.common.AbstractServer._respawn_workers": "164f5281ce93",
    "granian.server.common.AbstractServer._serve_loop": "123ffa1d2e47",
    "granian.server.common.AbstractServer.shutdown": "e6559a0343cf",
    "rest_framework.fields.BooleanField": "49a62090f3ee",
    "rest_framework.fields.CharField": "66218fd70d62",
    "rest_framework.fields.ChoiceField": "61ac07cea770",
    "rest_framework.fields.Field.run_validation": "d75e9ce7bfa2",
    "rest_framework.fields.Field.validate_empty_values": "a8e3ba28fc9c",
    "rest_framework.fields.IntegerField": "293d14941164",
    "rest_framework.fields.ListField": "4a72c2755cc3",
    "rest_framework.serializers.ListSerializer.to_internal_value": "f20d022453d4",
    "rest_framework.serializers.Serializer.run_validation": "7ed44b9eb28d",
    "rest_framework.serializers.Serializer.to_internal_value": "ad970fd92d22",
    "rest_framework.views.APIView.default_response_headers": "fdea21d29a3b",
    "rest_framework.views.APIView.finalize_response": "cbcaead2dd2d",
    "rest_framework.views.APIView.perform_content_negotiation": "09698a7305a2",
    "allauth.account.adapter.DefaultAccountAdapter.get_login_stages": "3565d06b22e3",
    "allauth.account.adapter.DefaultAccountAdapter.authenticate": "7b29ce7dcc16",
    "allauth.account.stages.EmailVerificationStage": "effd426b9936",
    "allauth.account.stages.PhoneVerificationStage": "bccbb5b432d9",
    "allauth.core.internal.httpkit.is_headless_request": "5b6a213a563c",
    "allauth.headless.internal.authkit.expose_access_token": "25b5fc51e4d3",
    "allauth.headless.tokens.strategies.jwt.internal.decode_token": "609215964702",
    "allauth.headless.tokens.strategies.jwt.internal.get_token_session": "3530b0c00e6b",
    "allauth.headless.tokens.strategies.jwt.internal.session_key_from_sid": "5e60354293b1",
}


def find(dotted: str) -> Any:
    """Return what a dotted path names; of a property, the function that reads it."""
    parts = dotted.split(".")
    names = [".".join(parts[:length]) for length in range(len(parts), 0, -1)]
    module = next(name for name in names if _is_module(name))
    found: Any = importlib.import_module(module)
    for name in parts[module.count(".") + 1 :]:
        found = getattr(found, name)
    return found.fget if isinstance(found, property) else inspect.unwrap(found)


def _is_module(name: str) -> bool:
    try:
        importlib.import_module(name)
    except ModuleNotFoundError:
        return False
    return True


def digest(source: str) -> str:
    return hashlib.sha256(source.encode()).hexdigest()[:12]


def private_names(text: str) -> set[str]:
    """Return the private names that a file uses and does not define itself, and the internal modules it imports."""
    if not MAY_BE_PRIVATE.search(text):
        return set()
    nodes = list(ast.walk(ast.parse(text)))
    own = {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    own |= {node.attr for node in nodes if isinstance(node, ast.Attribute) and _is_own(node)}
    used = set()
    for node in nodes:
        if isinstance(node, ast.Attribute) and re.match("_[^_]", node.attr):
            used |= {node.attr} if _is_of_super(node) or not (_is_own(node) or node.attr in own) else set()
        elif isinstance(node, ast.ImportFrom) and node.module and not node.module.startswith(OURS):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            used |= {node.module if "internal" in node.module.split(".") else name for name in names if _is_inner(name)}
    return used - PROMISED


def named_as_text(text: str) -> set[str]:
    """Return the private names that a file gives to getattr or setattr as text."""
    nodes = ast.walk(ast.parse(text))
    return {
        node.value
        for node in nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.fullmatch("_[a-z]+", node.value)
    }


def _is_own(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")


def _is_of_super(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Name) and node.value.func.id == "super"


def _is_inner(name: str) -> bool:
    return any(part == "internal" or re.match("_[^_]", part) for part in name.split("."))


def private_overrides() -> set[tuple[str, str]]:
    """Return the private methods of library classes that the product's classes replace."""
    modules = [module for name, module in list(sys.modules.items()) if name.split(".")[0] in OURS]
    classes = {kind for module in modules for kind in vars(module).values() if inspect.isclass(kind)}
    return {
        (f"{kind.__module__}.{kind.__qualname__}", name)
        for kind in classes
        if kind.__module__.split(".")[0] in OURS
        for name, value in vars(kind).items()
        if re.match("_[^_]", name) and isinstance(value, FunctionType | property)
        if any(name in vars(base) for base in kind.__mro__[1:] if base.__module__.split(".")[0] not in OURS)
    }


@pytest.mark.parametrize("dotted", SOURCES)
def test_a_part_that_the_shop_relies_on_is_as_it_was_read(dotted):
    source = inspect.getsource(find(dotted))

    assert digest(source) == SOURCES[dotted], f"{dotted} has changed; see docs/upgrading.md. It is now:\n{source}"


def test_every_private_name_in_use_is_listed():
    found = {(str(path.relative_to(ROOT)), name) for path in CODE for name in private_names(path.read_text())}
    state = ROOT / "omnistore" / "web" / "request_state.py"
    found |= {(str(state.relative_to(ROOT)), name) for name in named_as_text(state.read_text())}

    assert {use for use in found if not use[0].startswith("tests/")} == USES


def test_every_private_method_that_is_replaced_is_listed():
    assert private_overrides() == OVERRIDES


@pytest.mark.parametrize("name", sorted({name.split(".")[-1] for name in [*SOURCES, *(name for _file, name in USES)]}))
def test_the_document_on_upgrading_names_it(name):
    assert f"`{name}`" in UPGRADING


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("response.headers._store = {}", {"_store"}),
        ("super()._commit()", {"_commit"}),
        ("class A:\n    def _commit(self):\n        super()._commit()", {"_commit"}),
        ("from allauth.core.internal.httpkit import is_headless_request", {"allauth.core.internal.httpkit"}),
        ("from allauth.jwt import internal", {"allauth.jwt.internal"}),
        ("from rest_framework.utils import _hidden", {"rest_framework.utils._hidden"}),
        ("def f(self):\n    self._own = 1\n    other._own", set()),
        ("row._replace(a=1)\nModel._meta.label\nx.__class__", set()),
    ],
)
def test_a_private_name_is_found(text, found):
    assert private_names(text) == found


def test_a_changed_source_has_another_digest():
    assert digest("return self.connection.commit()") != digest("return self.connection.commit() or None")
