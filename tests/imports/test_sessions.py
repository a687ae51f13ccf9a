import pytest

from core.data.imports.sessions import write_in_sessions

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("sessions", [1, 2, 5])
def test_every_piece_is_written_once(sessions):
    written: list[int] = []
    shown: list[float] = []

    write_in_sessions(range(40), written.append, sessions=sessions, show=shown.append)

    assert sorted(written) == list(range(40))
    assert len(shown) == 40
    assert max(shown) == 1


@pytest.mark.parametrize("sessions", [1, 2])
def test_the_first_error_stops_all_and_is_raised(sessions):
    written: list[int] = []

    def write(piece: int) -> None:
        if piece == 3:
            raise LookupError(piece)
        written.append(piece)

    with pytest.raises(LookupError):
        write_in_sessions(range(10_000), write, sessions=sessions, show=lambda part: None)

    assert len(written) < 10_000


def test_no_pieces_are_no_work():
    write_in_sessions([], lambda piece: pytest.fail("written"), sessions=2, show=lambda part: None)
