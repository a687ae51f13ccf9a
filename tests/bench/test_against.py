"""Two shops measured in turns."""

import pytest
from django.core.management import call_command

from omnistore.tools.bench.against import in_turns


def test_who_goes_first_changes_from_round_to_round():
    asked = []

    def measure(side):
        asked.append(side)
        return f"{side} {len(asked)}"

    found = in_turns("the journey", 3, measure, say=lambda text: None)

    assert asked == ["ours", "theirs", "theirs", "ours", "ours", "theirs"]
    assert found == [("ours 1", "theirs 2"), ("ours 4", "theirs 3"), ("ours 5", "theirs 6")]


def test_an_unknown_commit_ends_the_command_with_one_sentence_and_nothing_left(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    with pytest.raises(SystemExit) as end:
        call_command("bench", "--against", "nonsense")

    assert str(end.value).startswith("There is no commit nonsense in ")
    assert list(tmp_path.iterdir()) == []
