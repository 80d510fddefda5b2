"""Passwords are kept as argon2id alone, and one that is not there takes as long to refuse."""

import pytest

from registry.errors import InvalidInput
from registry.services.passwords import WHY, hash_password, password_holds
from tests.durations import take_as_long

GOOD = "nine lives of a green toaster"


def test_a_password_holds_in_every_spelling_of_its_letters() -> None:
    kept = hash_password("schöne Lieder am Kanal", (), None)
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert password_holds(kept, "scho\u0308ne Lieder am Kanal")
    for other in ("Schöne Lieder am Kanal", "", "x" * 300):
        assert not password_holds(kept, other)
    assert not password_holds(None, GOOD)
    assert not password_holds("not a hash", GOOD)
    assert hash_password(GOOD, (), None) != hash_password(GOOD, (), None)


def test_a_weak_one_is_refused_with_the_reason() -> None:
    with pytest.raises(InvalidInput) as refused:
        hash_password("passwordpassword", (), None)
    assert (refused.value.code, refused.value.field) == ("password-simple", "password")
    assert all(WHY.values())


@pytest.mark.parametrize(
    "stolen",
    ["sunshine2006sunflower", "michelle18071990", "mnbvcxzlkjhgfdsapoi", "passwordispassword"],
)
def test_what_is_put_together_from_the_most_stolen_ones_is_refused(stolen: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        hash_password(stolen, (), None)
    assert refused.value.code == "password-common"


def test_own_words_are_taken_however_many() -> None:
    long = "my aunt keeps nine blue owls behind the piano, and every Tuesday she counts them twice by candle light"
    for own in ("blue owl walks at night", "kXq8vR2mZp0LwTn", long):
        assert password_holds(hash_password(own, ("Ada", "ada@example.org"), None), own)


def test_a_password_that_is_not_there_takes_as_long() -> None:
    kept = hash_password(GOOD, (), None)
    password_holds(None, GOOD)
    assert take_as_long(
        lambda _: password_holds(kept, "another password"),
        lambda _: password_holds(None, "another password"),
        rounds=7,
        most=1.6,
    )
