"""Files to import, and the commands that import them."""

import csv
import gzip
import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

Run = Callable[..., dict[str, Any]]
Write = Callable[..., Path]


@pytest.fixture
def write_csv(tmp_path: Path) -> Write:
    """Write a CSV file: a header, then rows as sequences of cells."""

    def write(header: str, *rows: Sequence[object], name: str = "file.csv") -> Path:
        path = tmp_path / name
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(header.split(","))
        writer.writerows(rows)
        path.write_text(text.getvalue(), encoding="utf-8")
        return path

    return write


@pytest.fixture
def write_bytes(tmp_path: Path) -> Write:
    """Write a file just as it is, gzipped if its name says so."""

    def write(content: bytes, *, name: str = "file.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
        return path

    return write


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run an import command and return its figures; report and told hold what its two reports name."""

    def run(command: str, path: Path, *arguments: str) -> dict[str, Any]:
        report, mended = tmp_path / "refused.csv", tmp_path / "mended.csv"
        output = io.StringIO()
        call_command(
            command,
            str(path),
            "--json",
            "--refused",
            str(report),
            "--mended",
            str(mended),
            "-v0",
            *arguments,
            stdout=output,
        )
        figures: dict[str, Any] = json.loads(output.getvalue().splitlines()[-1])
        with report.open(newline="", encoding="utf-8") as stream:
            figures["report"] = [(int(row["line"]), row["reason"]) for row in csv.DictReader(stream, restkey="more")]
        with mended.open(newline="", encoding="utf-8") as stream:
            cells = csv.DictReader(stream)
            figures["told"] = [(int(row["line"]), row["column"], row["reason"], row["was"]) for row in cells]
        return figures

    return run
