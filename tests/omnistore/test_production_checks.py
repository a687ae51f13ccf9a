import os
import re
import subprocess
import sys
from pathlib import Path

import environ
import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from core.setup.environment import a_name, a_number, a_port, a_postgres_url, a_switch, numbers
from omnistore.production_checks import find_unsafe

SAFE = {
    "SECRET_KEY": "k7Qm2xVb9Zt4Ws8Ey1Rf6Ug3Ih0Jo5Lp-Ac_Nd7Md4Bk2Xv9Tz6Ys",
    "DEBUG": False,
    "DEMO": False,
    "ALLOWED_HOSTS": ["shop.example.com"],
    "PUBLIC_URL": "https://shop.example.com",
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "STAFF_SECOND_FACTOR": True,
}
NAMED = {
    "ALLOWED_HOSTS": "shop.example.com",
    "DATABASE_URL": "postgres://shop:secret@db/shop",
    "REDIS_URL": "redis://valkey/0",
    "EMAIL_URL": "smtp://mail",
}


def test_lets_safe_settings_pass():
    assert find_unsafe(SAFE, environment=NAMED) == []


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", "development-only-key-not-for-production-use-but-longer"),
        ("SECRET_KEY", "x" * 60),
        ("SECRET_KEY_FALLBACKS", ["short"]),
        ("CODE_KEYS", [SAFE["SECRET_KEY"], "short"]),
        ("DEBUG", True),
        ("DEMO", True),
        ("ALLOWED_HOSTS", ["*"]),
        ("ALLOWED_HOSTS", []),
        ("ALLOWED_HOSTS", [".com"]),
        ("ALLOWED_HOSTS", ["shop.example.com", ".example.com"]),
        ("STAFF_SECOND_FACTOR", False),
        ("PUBLIC_URL", "http://shop.example.com"),
    ],
)
def test_names_the_unsafe_variable_and_a_remedy(variable, value):
    complaints = find_unsafe(SAFE | {variable: value}, environment=NAMED)

    assert len(complaints) == 1
    assert complaints[0].startswith(f"{variable} ")
    assert complaints[0].endswith((".", '"'))


@pytest.mark.parametrize(
    ("changes", "variables"),
    [
        ({}, []),
        ({"ENABLE_TEST_PROVIDER": True}, ["ENABLE_TEST_PROVIDER"]),
        ({"STRIPE_SECRET_KEY": "sk_1"}, ["STRIPE_PUBLISHABLE_KEY", "STRIPE_WEBHOOK_SECRET"]),
        ({"STRIPE_SECRET_KEY": "sk_1", "STRIPE_PUBLISHABLE_KEY": "pk_1"}, ["STRIPE_WEBHOOK_SECRET"]),
        ({"STRIPE_SECRET_KEY": "sk_1", "STRIPE_PUBLISHABLE_KEY": "pk_1", "STRIPE_WEBHOOK_SECRET": "whsec_1"}, []),
    ],
)
def test_payment_providers_say_what_they_lack(changes, variables):
    complaints = settings.PARTS.find_unsafe(settings.PARTS.settings | {"ENABLE_TEST_PROVIDER": False} | changes)

    assert [complaint.split()[0] for complaint in complaints] == variables


@pytest.mark.parametrize("url", ["consolemail://", "dummymail://", "memorymail://", "filemail:///tmp/mail"])
def test_refuses_senders_that_send_nothing(url):
    chosen = environ.Env.email_url_config(url)

    assert [complaint.split()[0] for complaint in find_unsafe(SAFE | chosen, environment=NAMED)] == ["EMAIL_URL"]


@pytest.mark.parametrize("variable", ["ALLOWED_HOSTS", "DATABASE_URL", "REDIS_URL", "EMAIL_URL"])
def test_demands_what_has_no_safe_default(variable):
    environment = {name: value for name, value in NAMED.items() if name != variable}

    assert [complaint.split()[0] for complaint in find_unsafe(SAFE, environment=environment)] == [variable]


def test_accepts_a_secret_mounted_as_a_file():
    environment = {name: value for name, value in NAMED.items() if name != "DATABASE_URL"}

    assert find_unsafe(SAFE, environment=environment | {"DATABASE_URL_FILE": "/run/secrets/database"}) == []


@pytest.mark.parametrize(
    ("text", "is_on"),
    [("1", True), ("yes", True), ("TRUE", True), ("on", True), ("0", False), ("off", False), ("", False)],
)
def test_reads_a_switch(text, is_on):
    assert a_switch("DEMO", text) is is_on


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (lambda value: a_switch("PRODUCTION", value), "prod"),
        (lambda value: a_number("SHIP_LEAD_DAYS", value), "soon"),
        (lambda value: a_number("SHIP_LEAD_DAYS", value), "-1"),
        (lambda value: a_port("PORT", value), "abc"),
        (lambda value: a_number("PICKUP_REMINDER_HOURS", value), "24h"),
        (lambda value: a_port("PORT", value), "0"),
        (lambda value: a_port("PORT", value), "65536"),
        (lambda value: a_port("PORT", value), "٨٠٠٠"),
        (lambda value: a_name("NAMESPACE", value), "two shops"),
        (lambda value: a_name("NAMESPACE", value), ""),
        (a_postgres_url, "nonsense"),
        (a_postgres_url, "mysql://root:secret@db/shop"),
        (a_postgres_url, "postgres://root:secret@db"),
    ],
)
def test_refuses_values_that_mean_nothing(read, value):
    with pytest.raises(ImproperlyConfigured) as refusal:
        read(value)

    assert "secret@db" not in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "found"), [("72,24", [72, 24]), ("3, 24 ,3", [24, 3]), ("", []), (None, [24])], ids=str
)
def test_reads_several_numbers_the_largest_first(text, found, monkeypatch):
    if text is not None:
        monkeypatch.setenv("PICKUP_REMINDER_HOURS", text)

    assert numbers("PICKUP_REMINDER_HOURS", default=["24"]) == found


def test_the_example_lists_every_variable():
    root = Path(settings.BASE_DIR)
    read = {
        name
        for path in (
            root / "omnistore/settings.py",
            root / "omnistore/deadlines.py",
            root / "omnistore/limits.py",
            root / "core/setup/environment.py",
            *root.glob("*/providers/**/settings.py"),
        )
        for name in re.findall(r'(?:env\.\w+|switch|numbers?|a_port)\("([A-Z_]+)"', path.read_text())
    }
    listed = set(re.findall(r"^#?([A-Z_]+)=", (root / ".env.example").read_text(), re.MULTILINE))

    assert read - listed == set()


def test_an_empty_broker_url_means_valkey_and_shops_are_kept_apart_by_their_databases():
    code = (
        "from omnistore import settings as s; print(s.CELERY_BROKER_URL, s.CACHES['default']['KEY_PREFIX'], "
        "s.CELERY_TASK_DEFAULT_QUEUE, s.CELERY_BROKER_TRANSPORT_OPTIONS['global_keyprefix'])"
    )
    named = {
        "DATABASE_URL": "postgres://shop:secret@db/berlin",
        "REDIS_URL": "redis://valkey/0",
        "CELERY_BROKER_URL": "",
    }

    def read(**variables):
        environment = os.environ | named | variables
        return subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True).stdout

    assert read().split() == ["redis://valkey/0", "berlin", "berlin-tasks", "berlin:"]
    assert read(NAMESPACE="two").split() == ["redis://valkey/0", "two", "two-tasks", "two:"]
