"""The tree of errors: each has a stable code, words for people, and the place of the culprit."""

import inspect

from registry import errors
from registry.errors import InvalidIdentifier, InvalidInput, RegistryError

EVERY = [
    each
    for _, each in inspect.getmembers(errors, inspect.isclass)
    if issubclass(each, RegistryError)
]


def test_every_error_has_a_code_of_its_own_and_stands_in_the_drawing() -> None:
    assert len({each.code for each in EVERY}) == len(EVERY)
    assert errors.__doc__ is not None
    assert all(each.__name__ in errors.__doc__ for each in EVERY)


def test_an_error_is_placed_where_the_input_stood() -> None:
    error = InvalidIdentifier("a digit short", code="bad-length").at("items[3].identifiers[0]")
    assert isinstance(error, InvalidInput)
    assert (str(error), error.code, error.field) == (
        "a digit short",
        "bad-length",
        "items[3].identifiers[0]",
    )
    assert InvalidIdentifier("x").code == InvalidIdentifier.code == "invalid-identifier"
