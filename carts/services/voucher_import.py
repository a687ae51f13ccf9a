"""Imports vouchers from a CSV file, all of it or none."""

import csv
import io
import re
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.dateparse import parse_datetime
from django.utils.timezone import make_aware
from django.utils.translation import gettext as _

from carts.models import Promotion, Voucher
from carts.rules.vouchers import plain_code
from core.data.imports.files import delimiter_of
from core.errors import Refusal

COLUMNS = ("code", "series", "max_uses", "max_uses_each", "starts_at", "ends_at")
MOST_ROWS = 10_000
_CODE = re.compile(r"^[A-Z0-9-]{3,40}$")


class FileNotValid(Refusal):
    """The file cannot be read as vouchers; the message names the line and what is wrong there."""

    code = "file_not_valid"


@dataclass(frozen=True, slots=True)
class _Reader:
    line: int

    def number(self, text: str) -> int | None:
        text = text.strip()
        if text and not (text.isascii() and text.isdigit() and 0 < int(text) < 2**31):
            raise self.wrong(_("%(text)s is not a number above 0.") % {"text": text[:40]})
        return int(text) if text else None

    def moment(self, text: str) -> datetime | None:
        if not text.strip():
            return None
        try:
            moment = parse_datetime(text.strip())
        except ValueError:
            moment = None
        if moment is None:
            raise self.wrong(_("%(text)s is not a time like 2026-12-24T18:00+01:00.") % {"text": text[:40]})
        return moment if moment.tzinfo else make_aware(moment)

    def wrong(self, what: str) -> FileNotValid:
        return FileNotValid(_("Line %(line)d: %(what)s") % {"line": self.line, "what": what}, line=self.line)


@transaction.atomic
def import_vouchers(*, promotion: Promotion, text: str) -> int:
    """
    Import vouchers of a promotion from CSV with the columns COLUMNS, of which only code is required; return how many.

    An existing code of the same promotion gets the file's limits and period. Raises FileNotValid, which leaves
    everything as it was.
    """
    lines = io.StringIO(text.lstrip("\ufeff"))
    delimiter = delimiter_of(lines.readline(), {"code"})
    lines.seek(0)
    reader = csv.DictReader(lines, delimiter=delimiter)
    if reader.fieldnames is None or "code" not in reader.fieldnames or set(reader.fieldnames) - set(COLUMNS):
        raise FileNotValid(_("The first line names the columns: %(columns)s.") % {"columns": ", ".join(COLUMNS)})
    rows: dict[str, Voucher] = {}
    for line, row in enumerate(reader, 2):
        voucher = _voucher(promotion, row, _Reader(line))
        if voucher.code in rows or len(rows) >= MOST_ROWS:
            raise _Reader(line).wrong(_("This code appears twice, or the file is too long."))
        rows[voucher.code] = voucher
    taken = Voucher.objects.filter(code__in=rows).exclude(promotion=promotion).values_list("code", flat=True).first()
    if taken is not None:
        raise FileNotValid(_("%(code)s belongs to another promotion.") % {"code": taken})
    Voucher.objects.bulk_create(
        rows.values(), update_conflicts=True, unique_fields=["code"],
        update_fields=["series", "max_uses", "max_uses_each", "starts_at", "ends_at"],
    )  # fmt: skip
    return len(rows)


def _voucher(promotion: Promotion, row: dict[str, str | None], reader: _Reader) -> Voucher:
    cells = {name: (row.get(name) or "").removeprefix("'") for name in COLUMNS}
    code = plain_code(cells["code"])
    if None in row or not _CODE.match(code):
        raise reader.wrong(_("a code has 3 to 40 letters, digits and hyphens."))
    return Voucher(
        promotion=promotion,
        code=code,
        series=cells["series"].strip()[:80],
        max_uses=reader.number(cells["max_uses"]),
        max_uses_each=reader.number(cells["max_uses_each"]),
        starts_at=reader.moment(cells["starts_at"]),
        ends_at=reader.moment(cells["ends_at"]),
    )
