"""A look that an error ends has found something."""

from collections.abc import Iterator

from registry.errors import Unavailable
from registry.services.finding import Finding, Grade, good, looked, warning, wrong


def test_the_three_grades() -> None:
    assert [good("a", "b"), warning("a", "b", "c"), wrong("a", "b", "c")] == [
        Finding("a", Grade.GOOD, "b", None),
        Finding("a", Grade.WARNING, "b", "c"),
        Finding("a", Grade.WRONG, "b", "c"),
    ]


def test_what_was_seen_before_the_error_stays_and_the_error_is_wrong() -> None:
    def look() -> Iterator[Finding]:
        yield good("first", "there")
        raise Unavailable("it went away")

    assert looked("second", look, "bring it back") == [
        good("first", "there"),
        wrong("second", "it went away", "bring it back"),
    ]
