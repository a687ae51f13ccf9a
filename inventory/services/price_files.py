"""Price files from the back office: a worker checks and then saves them, one after the other."""

import logging
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.actors import SYSTEM, Actor
from core.data.imports import Options, UnusableFile
from core.data.imports.run import ImportRunning
from core.data.locks import try_to_hold
from core.errors import Refusal
from core.sweeping import Sweep, go_through
from inventory.models import PriceFile
from inventory.services.price_import import import_prices

logger = logging.getLogger(__name__)

READING = Sweep("inventory.read_price_files", gettext_lazy("Read a price file"))

LARGEST_FILE = 20_000_000
MOST_REFUSED_CHARACTERS = 1_000_000


class FileNotReady(Refusal):
    """The file is not checked yet, or is already saved."""

    code = "file_not_ready"


@dataclass(slots=True)
class _OnTheRow:
    """Stores the progress in the file's row; only between transactions, so that others see it."""

    file: PriceFile

    def show(self, step: str, part: float) -> None:
        percent = min(99, int(part * 100))
        if step == "Writing" and percent != self.file.percent and not connection.in_atomic_block:
            self.file.percent = percent
            self.file.save(update_fields=["percent"])

    def finish(self) -> None:
        """Do nothing: nothing is left open."""


@transaction.atomic
def hand_in_prices(
    *, name: str, content: bytes, by: Actor, now: datetime, encoding: str = "", decimal_mark: str = ""
) -> PriceFile:
    """
    Store a price file, which a worker checks within seconds. Raises UnusableFile if it is too large.

    encoding, decimal_mark: what is known of the file; empty where it says so itself.
    """
    if len(content) > LARGEST_FILE:
        raise UnusableFile(_("This file is too large."))
    return PriceFile.objects.create(
        name=name[:200],
        content=content,
        uploaded_at=now,
        uploaded_by_id=by.staff_id,
        encoding=encoding,
        decimal_mark=decimal_mark,
    )


@transaction.atomic
def want_written(*, file_id: int) -> None:
    """Request that a worker saves a checked file. Locks the file. Raises FileNotReady."""
    wanted = PriceFile.objects.filter(pk=file_id, state=PriceFile.CHECKED).update(state=PriceFile.WANTED, percent=0)
    if not wanted:
        raise FileNotReady(_("This file is not checked yet, or already saved."))


def read_price_files(*, now: datetime) -> int:
    """
    Check or save the waiting files, one after the other; return how many.

    The next run repeats an interrupted one. Files wait while another import runs.
    """
    waiting = PriceFile.objects.filter(state__in=[PriceFile.UPLOADED, PriceFile.WANTED])
    waiting = waiting.exclude(pk__in=READING.left_out(now=now)).order_by("id")
    # Looked at first: this runs every few seconds, and the lock takes a connection of its own.
    if not waiting.exists():
        return 0
    with try_to_hold("price files") as is_free:
        files = list(waiting) if is_free else []
        return go_through(READING, files, lambda file: _read(file, now), ref=lambda file: file.pk, now=now)


def _read(file: PriceFile, now: datetime) -> bool:
    is_trial = file.state == PriceFile.UPLOADED
    with tempfile.TemporaryDirectory() as folder:
        path, refused, told = (Path(folder) / name for name in ("prices.csv", "refused.csv", "told.csv"))
        path.write_bytes(file.content)
        options = Options(
            now=now,
            is_trial=is_trial,
            refused_to=refused,
            told_to=told,
            encoding=file.encoding,
            decimal_mark=file.decimal_mark,
            progress=_OnTheRow(file),
        )
        try:
            by = Actor(channel=SYSTEM, staff_id=file.uploaded_by_id)
            file.figures = import_prices(path=path, options=options, by=by)
        except ImportRunning:
            logger.info("another import is running; price files wait")
            return False
        except UnusableFile as refusal:
            # The message contains the path of the temporary file.
            file.state, file.problem = PriceFile.FAILED, str(refusal).replace(str(path), file.name)[:300]
        else:
            file.state = PriceFile.CHECKED if is_trial else PriceFile.DONE
            file.percent = 100
            file.refused = _beginning_of(refused)
            file.told = _beginning_of(told)
    if file.state in (PriceFile.DONE, PriceFile.FAILED):
        file.content = b""
    file.save()
    return True


def _beginning_of(report: Path) -> str:
    """Return the rows of a report that are stored: whole ones, however many there are."""
    text = report.read_text(encoding="utf-8")
    if len(text) <= MOST_REFUSED_CHARACTERS:
        return text
    return text[: text.rindex("\n", 0, MOST_REFUSED_CHARACTERS) + 1]
