"""
What every importer shares: reading files that may be broken, staging them in PostgreSQL, reporting the result.

A file is read once as a stream, checked cell by cell, and copied into a staging table. Checks that need the whole
file or the shop's own rows run there in SQL; then the valid rows are written in transactions of a few thousand. Memory
does not grow with the file, and an interrupted import is simply run again.
"""

from core.data.imports.cells import Cells, RowRefused
from core.data.imports.files import CsvFile, UnusableFile
from core.data.imports.progress import Progress, Silence
from core.data.imports.run import Options, Plan, run_import
from core.data.imports.staging import (
    REFUSE_LATER_DUPLICATES,
    Column,
    drop_staging,
    execute_sorting,
    load,
    refused_by_reason,
    report_refused,
)

__all__ = [
    "REFUSE_LATER_DUPLICATES",
    "Cells",
    "Column",
    "CsvFile",
    "Options",
    "Plan",
    "Progress",
    "RowRefused",
    "Silence",
    "UnusableFile",
    "drop_staging",
    "execute_sorting",
    "load",
    "refused_by_reason",
    "report_refused",
    "run_import",
]
