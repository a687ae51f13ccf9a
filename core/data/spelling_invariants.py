"""Invariants of the spelling in which texts are stored: what no door lets through, an audit finds."""

from collections.abc import Callable, Iterable

from core.data.invariants import invariant
from core.texts.card_numbers import holds_card_number

_E164 = "^[+][1-9][0-9]{5,14}$"
# Most texts are of these letters alone, and need no closer look.
_PLAIN = "^([!-~]+( [!-~]+)*)?$"


def spelt_alike(
    name: str, table: str, columns: Iterable[str], spelt: Callable[[str], str], *, likely: str = ""
) -> None:
    """
    Register that each of these columns has what the function makes of it; they may be expressions.

    likely: SQL about the value `text` that finds more rows than those with a letter beyond ASCII or stray blanks.
    """
    wanted = f"text !~ '{_PLAIN}'" + (f" OR {likely}" if likely else "")
    statements = [f"{_rows(table, column)} WHERE {wanted}" for column in columns]
    invariant(name, " UNION ALL ".join(statements), is_breach=lambda row: spelt(row["text"]) != row["text"])


def phones_dialled_alike(name: str, **columns: str) -> None:
    """Register that each phone number, if there is one, is E.164. columns: by table; they may be expressions."""
    statements = [f"{_rows(table, column)} WHERE text <> '' AND text !~ '{_E164}'" for table, column in columns.items()]
    invariant(name, " UNION ALL ".join(statements))


def without_card_numbers(name: str, **columns: Iterable[str]) -> None:
    """Register that no text for people has a payment card's number. columns: by table; they may be expressions."""
    statements = [
        # A text with letters of another script may have its digits, too, which the database does not know as such.
        f"{_rows(table, column)} WHERE text ~ '([0-9][^0-9]*){{14}}' OR octet_length(text) >= length(text) + 14"
        for table, names in columns.items()
        for column in names
    ]
    invariant(name, " UNION ALL ".join(statements), is_breach=lambda row: holds_card_number(row["text"]))


def _rows(table: str, column: str) -> str:
    return f"SELECT '{table}' AS place, id, text FROM (SELECT id, {column} AS text FROM {table}) AS every"


# An entry's texts at any depth; numbers of goods and parcels may look like a card's by chance.
_TEXTS_OF_ENTRY = """(
    SELECT string_agg(value #>> '{}', chr(10))
    FROM jsonb_path_query(payload - '{sku,barcode,scanned,tracking}'::text[], 'strict $.**') AS value
    WHERE jsonb_typeof(value) = 'string'
)"""

without_card_numbers(
    "nothing in the journal has a payment card's number in it",
    core_journal=["ref", _TEXTS_OF_ENTRY],
    core_unfinishedwork=["detail"],
)
