from core.data import sql


def test_one_spelling_for_arabic_and_persian_letters(db):
    row = sql.fetch_one(
        "SELECT core_normalise(%(arabic)s) = core_normalise(%(persian)s) AS same, core_normalise('ÄpfelÉ') AS plain",
        {"arabic": "كتاب", "persian": "کتاب"},
    )

    assert row == {"same": True, "plain": "apfele"}
