import gzip
from pathlib import Path

import pytest

from core.data.imports.files import LONGEST_CELL, LONGEST_LINE, CsvFile, UnusableFile

HEADER = b"sku,name\n"


def records_of(path: Path) -> list[tuple[int, list[str], str]]:
    records = CsvFile(path).open(required=["sku", "name"])
    return [(record.line, record.cells, record.problem) for record in records]


@pytest.mark.parametrize("name", ["plain.csv", "packed.csv.gz"])
def test_reads_plain_and_gzipped_files_with_and_without_a_byte_order_mark(write_bytes, name):
    plain = write_bytes(HEADER + "MUG,Bécher\n".encode(), name=name)
    assert records_of(plain) == [(2, ["MUG", "Bécher"], "")]

    marked = write_bytes(b"\xef\xbb\xbf" + HEADER + "MUG,کوزه\n".encode(), name=name)
    assert records_of(marked) == [(2, ["MUG", "کوزه"], "")]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (b"MUG\n", "wrong_column_count"),
        (b"MUG,Mug,more\n", "wrong_column_count"),
        (b"MUG,M\x00g\n", "nul_byte"),
        (b"MUG,M\xffg\n", "not_utf8"),
        (b"MUG,\xed\xa0\x80\n", "not_utf8"),
        (b'MUG,"Mug" or not\n', "broken_quoting"),
        (b"MUG," + b"x" * (LONGEST_LINE + 5) + b"\n", "line_too_long"),
        (b"MUG," + b"x" * (LONGEST_CELL + 5) + b"\n", "line_too_long"),
    ],
)
def test_names_what_is_wrong_with_a_record_and_reads_on(write_bytes, row, problem):
    path = write_bytes(HEADER + b"CUP,Cup\n" + row + b"POT,Pot\n")

    before, broken, after = records_of(path)

    assert before == (2, ["CUP", "Cup"], "")
    assert (broken[0], broken[2]) == (3, problem)
    assert after == (4, ["POT", "Pot"], "")


def test_an_unclosed_quote_costs_its_own_line_only(write_bytes):
    path = write_bytes(HEADER + b'CUP,"Cup\nPOT,Pot\nMUG,Mug\n')

    assert records_of(path) == [
        (2, ['CUP,"Cup\n'], "broken_quoting"),
        (3, ["POT", "Pot"], ""),
        (4, ["MUG", "Mug"], ""),
    ]


def test_an_unclosed_quote_before_a_long_line_costs_both(write_bytes):
    long = b"x" * (LONGEST_LINE + 1)
    path = write_bytes(HEADER + b'CUP,"Cup\n' + long + b"\nMUG,Mug\n")

    assert [(line, problem) for line, _, problem in records_of(path)] == [
        (2, "broken_quoting"),
        (3, "line_too_long"),
        (4, ""),
    ]


def test_a_quoted_cell_may_hold_lines_and_commas(write_bytes):
    path = write_bytes(HEADER + b'MUG,"Mug,\nblue"\nPOT,Pot 7" wide\n')

    assert records_of(path) == [(2, ["MUG", "Mug,\nblue"], ""), (4, ["POT", 'Pot 7" wide'], "")]


def test_empty_lines_are_no_records(write_bytes):
    assert records_of(write_bytes(HEADER + b"\r\n\nMUG,Mug\n\n,\n , \n")) == [(4, ["MUG", "Mug"], "")]


def test_lines_may_end_with_commas(write_bytes):
    path = write_bytes(b"sku,name,,\nMUG,Mug,,\nPOT,Pot\nCUP,Cup, ,\nJUG,Jug,,blue\n")

    assert records_of(path) == [
        (2, ["MUG", "Mug"], ""),
        (3, ["POT", "Pot"], ""),
        (4, ["CUP", "Cup"], ""),
        (5, ["JUG", "Jug", "", "blue"], "wrong_column_count"),
    ]


def test_a_cell_of_200_kilobytes_is_read(write_bytes):
    (record,) = records_of(write_bytes(HEADER + b"MUG," + b"x" * 200_000 + b"\n"))

    assert (len(record[1][1]), record[2]) == (200_000, "")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"sku\nMUG\n",
        b"sku,name,price\n",
        b"sku,name,name\n",
        b"sku|name\nMUG|Mug\n",
        b"\xff\xfes\x00k\x00u\x00,\x00",
        "sku,näme".encode("latin-1"),
        b'"sku,name\n',
    ],
)
def test_a_file_with_other_columns_is_refused_as_a_whole(write_bytes, content):
    with pytest.raises(UnusableFile):
        records_of(write_bytes(content))


def test_a_missing_file_and_a_directory_are_refused(tmp_path):
    for path in (tmp_path / "nowhere.csv", tmp_path):
        with pytest.raises(UnusableFile):
            records_of(path)


def test_a_cut_off_gzip_file_is_refused(tmp_path):
    path = tmp_path / "cut.csv.gz"
    rows = b"".join(b"SKU-%d,%s\n" % (number, str(number * 7919).encode()) for number in range(20_000))
    path.write_bytes(gzip.compress(HEADER + rows)[:-2000])

    with pytest.raises(UnusableFile) as refusal:
        records_of(path)

    assert "is damaged after line" in str(refusal.value)


def test_column_names_are_found_in_any_case_and_order(write_bytes):
    file = CsvFile(write_bytes(b"Name , SKU\nMug,MUG\n"))

    records = list(file.open(required=["sku", "name"]))

    assert file.columns == ("name", "sku")
    assert records[0].cells == ["Mug", "MUG"]
