import pytest

from core.data import sql


def test_one_spelling_for_arabic_and_persian_letters(db):
    row = sql.fetch_one(
        "SELECT core_normalise(%(arabic)s) = core_normalise(%(persian)s) AS same, core_normalise('ÄpfelÉ') AS plain",
        {"arabic": "كتاب", "persian": "کتاب"},
    )

    assert row == {"same": True, "plain": "apfele"}


@pytest.mark.parametrize(
    ("written", "joined"),
    [
        ("De Souza", "desouza"),
        ("Anne-Marie\u2010Luise", "annemarieluise"),
        ("O’Brien O'Brien OʼBrien", "obrienobrienobrien"),
        ("J. R. R.", "jrr"),
        ("می‌خواهم", "میخواهم"),
        ("می\u00a0خواهم", "میخواهم"),
        ("צה״ל תל־אביב", "צה״ל" + "תלאביב"),
        ("राम", "राम"),
        ("रमा", "रमा"),
        ("- ’", ""),
        ("", ""),
    ],
)
def test_what_joins_the_parts_of_a_name_is_left_out_and_nothing_else(db, written, joined):
    row = sql.fetch_one("SELECT core_joined(%(written)s) AS joined", {"written": written})

    assert row == {"joined": joined}
