"""Two shops measured in alternating rounds."""

import pytest
from django.core.management import call_command

from omnistore.tools.bench.against import alternate


def test_the_first_side_changes_from_round_to_round():
    sides = []

    def measure(side):
        sides.append(side)
        return f"{side} {len(sides)}"

    pairs = alternate("the journey", 3, measure, say=lambda text: None)

    assert sides == ["ours", "theirs", "theirs", "ours", "ours", "theirs"]
    assert pairs == [("ours 1", "theirs 2"), ("ours 4", "theirs 3"), ("ours 5", "theirs 6")]


def test_an_unknown_commit_ends_the_command_with_one_sentence_and_nothing_left(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    with pytest.raises(SystemExit) as end:
        call_command("bench", "--against", "nonsense")

    assert str(end.value).startswith("There is no commit nonsense in ")
    assert list(tmp_path.iterdir()) == []
