"""How an error reads, in every command."""

from registry.cli.calm import calm, of_the_system
from registry.errors import NotFound


def test_an_error_is_one_line_with_its_field_and_what_is_safe() -> None:
    error = NotFound("there is no\n  such thing.", field="thing")
    assert calm(error, "All is well.") == "registry: there is no such thing (thing). All is well."


def test_what_the_system_refused_names_the_path() -> None:
    refused = PermissionError(13, "Permission denied", "/var/lib/x")
    assert calm(of_the_system(refused), "Nothing was changed.") == (
        "registry: /var/lib/x: Permission denied. Nothing was changed."
    )
