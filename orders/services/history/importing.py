"""Imports a history from its file and reports the figures."""

import re
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from core.data.imports import CsvFile, Options, drop_staging, load
from core.data.imports.numbers import decimal_mark, with_plain_numbers
from core.data.imports.run import measured, mended, one_at_a_time, read_as, report
from core.errors import Refusal
from orders.services.history.accounting import ImportSource, add_up, decide
from orders.services.history.profiles import PROFILES, STAGING
from orders.services.history.writing import write_history

DEFAULT_SOURCE = "history"

_SOURCE = re.compile(r"[a-z][a-z0-9-]{0,11}")
# What order numbers begin with, where it is not the source's name in capitals.
_PREFIXES = {"online-retail-ii": "ORII"}


class SourceNotValid(Refusal):
    """The name has characters other than lower-case letters, digits and hyphens, is too long, or is taken."""

    code = "source_not_valid"


def import_history(
    *,
    path: Path,
    profile_name: str,
    options: Options,
    source_name: str = "",
    publish: bool = False,
    sessions: int = 1,
) -> dict[str, Any]:
    """
    Import historical orders and returns, and return the figures: every line is imported, already stored or refused.

    Orders become completed orders with a captured payment; no stock moves. What the shop has already, by the external
    number, is not written again. profile_name: one of PROFILES. source_name: what external ids begin with, for profiles
    that do not define it. publish: show products created from the history to shoppers. sessions: how many connections
    write orders at once; more than one only outside a transaction. Raises UnusableFile, with nothing changed,
    SourceNotValid and ImportRunning.
    """
    profile = PROFILES[profile_name]
    source = _source(profile.source or source_name or DEFAULT_SOURCE)
    with one_at_a_time(), measured() as figures:
        file = CsvFile(path, delimiter=options.delimiter, encoding=options.encoding)
        records = file.open(required=profile.required, optional=profile.optional)
        mark = decimal_mark(file.delimiter, options.decimal_mark)
        read = with_plain_numbers(
            profile.reader(source.name, ZoneInfo(settings.TIME_ZONE), options.now),
            numbers=profile.numbers,
            fractions=(),
            mark=mark,
        )
        lines = load(file, records, columns=STAGING, read=read, identify=profile.identify, progress=options.progress)
        options.progress.show("Checking", 0.0)
        decide(profile=profile, source=source, rows_per_transaction=options.rows_per_transaction)
        figures.update(add_up(lines=lines), **mended(), **read_as(file, mark), dry_run=options.is_trial)
        options.progress.show("Checking", 1.0)
        if not options.is_trial:
            write_history(source=source, publish=publish, sessions=sessions, options=options)
        report(options, file, required=profile.required, optional=profile.optional)
        options.progress.finish()
        drop_staging("import_rows", "import_orders", "import_products")
    return figures


def _source(name: str) -> ImportSource:
    if name in _PREFIXES:
        return ImportSource(name=name, prefix=_PREFIXES[name])
    if not _SOURCE.fullmatch(name) or name.upper() in _PREFIXES.values():
        raise SourceNotValid(f"{name!r} is no name for a source: use up to 12 small letters, digits and hyphens.")
    return ImportSource(name=name, prefix=name.upper())
