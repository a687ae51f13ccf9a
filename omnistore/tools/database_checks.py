"""
What makes a database unfit, asked before migrating, by `check --database default`, before web starts, and by /readyz.

A database that a production shop has migrated is marked, so that no demo ever empties it or shows its messages.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from django.conf import settings
from django.core.checks import Error, Tags, register, run_checks
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connections

from omnistore.tools.demo.logins import DEMO_LOGINS, DEMO_PASSWORD

OLDEST_POSTGRES = 160000

# Extensions that an ordinary role may not create, if it must.
_MISSING = """
SELECT available.name, available.superuser AND NOT available.trusted AND NOT rolsuper AS is_forbidden
FROM unnest(ARRAY['cube', 'earthdistance', 'pg_trgm', 'unaccent']) AS wanted(name)
LEFT JOIN LATERAL (
    SELECT name, superuser, trusted FROM pg_available_extension_versions WHERE name = wanted.name LIMIT 1
) AS available ON true
CROSS JOIN pg_roles
WHERE rolname = current_user AND wanted.name NOT IN (SELECT extname FROM pg_extension)
"""
_PRICES = """
SELECT currency FROM inventory_price
WHERE NOT EXISTS (SELECT FROM inventory_price WHERE currency = %s) LIMIT 1
"""
_MARK = "INSERT INTO core_production (since) VALUES (now()) ON CONFLICT DO NOTHING"
IS_OF_PRODUCTION = (
    "The database of DATABASE_URL belongs to a production shop, whose customers' data a demo would delete or show to "
    "everybody: use another database, or set DEMO=0."
)


@register(Tags.database)
def check_database(*, databases: Sequence[str] | None = None, **options: Any) -> list[Error]:
    """Return a sentence for everything that makes the database unfit, with the remedy."""
    if "default" not in (databases or ()):
        return []
    with connections["default"].cursor() as cursor:
        return [Error(sentence, id=f"omnistore.{name}") for name, sentence in _find_unfit(cursor)]


def refuse_unfit_database() -> None:
    """Refuse to start on an unfit database; one that cannot be reached may come later. Raises ImproperlyConfigured."""
    try:
        unfit = run_checks(tags=[Tags.database], databases=["default"])
    except OperationalError:
        return
    finally:
        connections["default"].close()
    if unfit:
        raise ImproperlyConfigured(" ".join(str(error.msg) for error in unfit))


_was_fit = False


def ask_fitness() -> None:
    """Check the database until it was found fit once in this process. Raises NotReady."""
    from core.web.health import NotReady  # Loads models, which web's start asks before.

    global _was_fit
    if _was_fit:
        return
    if unfit := run_checks(tags=[Tags.database], databases=["default"]):
        raise NotReady(" ".join(str(error.msg) for error in unfit))
    _was_fit = True


def mark_production(**signal: Any) -> None:
    """Mark the database after migrating it, if the shop runs for real."""
    with connections["default"].cursor() as cursor:
        if settings.PRODUCTION and _has_table(cursor, "core_production"):
            cursor.execute(_MARK)


def is_of_production() -> bool:
    """Return whether a production shop has ever migrated the database."""
    with connections["default"].cursor() as cursor:
        if not _has_table(cursor, "core_production"):
            return False
        cursor.execute("SELECT EXISTS (SELECT FROM core_production)")
        return bool(cursor.fetchone()[0])


def _find_unfit(cursor: Any) -> Iterator[tuple[str, str]]:
    version = cursor.connection.info.server_version
    if version < OLDEST_POSTGRES:
        yield "postgres", f"DATABASE_URL names a PostgreSQL {version // 10000}: 16 or later is needed."
    yield from _find_missing_extensions(cursor)
    if _has_table(cursor, "inventory_price"):
        cursor.execute(_PRICES, [settings.SHOP_CURRENCY])
        for (currency,) in cursor.fetchall():
            yield (
                "currency",
                (
                    f"SHOP_CURRENCY is {settings.SHOP_CURRENCY}, but this shop's prices are in {currency}: "
                    f"set it to {currency}, or import prices in {settings.SHOP_CURRENCY} first."
                ),
            )
    if settings.DEMO and is_of_production():
        yield "production", IS_OF_PRODUCTION
    if settings.PRODUCTION and _has_table(cursor, "accounts_customer"):
        yield from _find_demo_logins(cursor)


def _find_missing_extensions(cursor: Any) -> Iterator[tuple[str, str]]:
    cursor.execute(_MISSING)
    missing = cursor.fetchall()
    if any(name is None for name, _is_forbidden in missing):
        yield (
            "contrib",
            "PostgreSQL's contrib modules are not installed: install them on its server (pg_trgm, earthdistance).",
        )
    elif any(is_forbidden for _name, is_forbidden in missing):
        yield (
            "extensions",
            (
                "The database's role may not create the extension earthdistance: let a superuser run "
                "CREATE EXTENSION cube; CREATE EXTENSION earthdistance; once in this database."
            ),
        )


def _find_demo_logins(cursor: Any) -> Iterator[tuple[str, str]]:
    from django.contrib.auth.hashers import check_password  # Loads models, which a check is registered before.

    cursor.execute(
        "SELECT email, password FROM accounts_customer WHERE is_active AND email = ANY(%s)", [list(DEMO_LOGINS)]
    )
    open_to_all = sorted(email for email, password in cursor.fetchall() if check_password(DEMO_PASSWORD, password))
    if open_to_all:
        yield (
            "demo",
            (
                f"The database of DATABASE_URL holds the demo's accounts with the published password "
                f"({', '.join(open_to_all)}): use another database, or close these accounts."
            ),
        )


def _has_table(cursor: Any, name: str) -> bool:
    cursor.execute("SELECT to_regclass(%s)", [name])
    return bool(cursor.fetchone()[0])
