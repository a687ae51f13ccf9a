import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.texts.spelling import (
    code_letters,
    has_invisible,
    in_ascii_digits,
    number_digits,
    plain_code,
    plain_name,
    plain_text,
)


@pytest.mark.parametrize(
    "written",
    [
        *("SAVE-10", "save-10", " SAVE-10 ", "SAVE-١٠", "save-۱۰", "SAVE-१०", "ＳＡＶＥ－１０", "SAVE–10", "SAVE−10"),
        *("SAVE‑10", "\u200eSAVE-10\u200f", "\u2066SAVE-10\u2069", "SA\u200cVE-10", "SA\u00adVE-10", "\ufeffSAVE-10"),
        *("SAVE\u00a0-10", "SAVE\u202f-\u200910", "SAVE-10\n", "SAVE-1\ufe0f0"),
    ],
)
def test_a_code_has_one_spelling_on_every_keyboard(written: str) -> None:
    assert plain_code(written) == "SAVE-10"


def test_hyphens_and_blanks_of_a_code_for_the_eye_do_not_count() -> None:
    assert code_letters("abcd–۱۲۳۴ wxyz\u00a0٠٠٠٠") == "ABCD1234WXYZ0000"


def test_the_case_of_a_plain_text_stays() -> None:
    assert plain_text("  Lab\u00a0\u00a0٥٠ ") == "Lab 50"


@pytest.mark.parametrize("digits", ["0123456789", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "०१२३४५६७८९", "０１２３４５６７８９"])
def test_digits_of_every_script_are_the_same_digits(digits: str) -> None:
    assert in_ascii_digits(digits) == "0123456789"
    assert number_digits(f"\u200e+{digits[:5]}\u00a0-/{digits[5:]}") == "0123456789"


def test_letters_that_only_look_like_digits_are_none() -> None:
    assert in_ascii_digits("½²①") == "½²①"


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("Eve\nBcc: all@example.com", "Eve Bcc: all@example.com"),
        ("Eve\u202egnol", "Evegnol"),
        ("\u200fسارا\u200e", "سارا"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("Ana\u200c \u200dMoreno", "Ana Moreno"),
        ("  Ana\u00a0\u2003Moreno\t", "Ana Moreno"),
        ("O\u0308zge", "Özge"),
        ("Ⅷ ﬁ １", "Ⅷ ﬁ １"),
        ("\u3164", ""),
        ("👩\u200d🔧", "👩\u200d🔧"),
    ],
)
def test_a_name_is_one_line_and_keeps_its_letters(written: str, stored: str) -> None:
    assert plain_name(written) == stored


@pytest.mark.parametrize("text", ["A\u200bB", "A\u200eB", "A\u00adB", "A\x00B", "A\u3164B", "A\ufe0fB", "A\u2060B"])
def test_invisible_characters_are_found(text: str) -> None:
    assert has_invisible(text)
    assert not has_invisible("Größe-30 ۳")


@given(st.text(max_size=40))
def test_every_plain_form_is_its_own_plain_form(text: str) -> None:
    for form in (plain_text, plain_name, in_ascii_digits, number_digits):
        assert form(form(text)) == form(text)


@given(st.text(max_size=40))
def test_nothing_invisible_is_left_in_a_code(text: str) -> None:
    assert not has_invisible(plain_text(text))
    assert all(unicodedata.category(letter) not in ("Zl", "Zp", "Cc") for letter in plain_name(text))
