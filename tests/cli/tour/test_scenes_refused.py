"""What is refused in the tour."""

from tests.cli.tour.conftest import Taken


def test_a_mistyped_identifier_is_reported_beside_the_denial_and_never_permits(tour: Taken) -> None:
    beside, alone, told, _ = tour.scene("a digit missing").splitlines()[1:]
    assert "⊖ deny" in beside
    assert "! error" in alone
    assert "opted out: true" in alone
    assert "An ISRC has 12 characters" in told


def test_a_stranger_gets_nowhere(tour: Taken) -> None:
    claimed, unknown, replayed = tour.scene("A stranger tries").splitlines()[1:]
    assert claimed.endswith("⊖ deny")
    assert "401" in unknown
    assert replayed.endswith("401 nonce-replayed")
