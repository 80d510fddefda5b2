"""How an error reads, in every command."""

from registry.cli.calm import calm, of_the_system
from registry.errors import NotFound, Unavailable


def test_an_error_is_one_line_with_its_field_and_what_is_safe() -> None:
    error = NotFound("there is no\n  such thing.", field="thing")
    assert calm(error, "All is well.") == "registry: there is no such thing (thing). All is well."


def test_what_the_system_refused_names_the_path() -> None:
    refused = PermissionError(13, "Permission denied", "/var/lib/x")
    assert calm(of_the_system(refused), "Nothing was changed.") == (
        "registry: /var/lib/x: Permission denied. Nothing was changed."
    )


def test_why_a_store_is_away_is_not_said_of_a_registry_that_is() -> None:
    trouble = "ConnectError: [Errno 111] Connection refused"
    of_a_registry = Unavailable(f"http://127.0.0.1:8000 gave no answer in 1 attempt ({trouble})")
    assert "database" not in calm(of_a_registry, "")
    of_the_store = Unavailable("the database is away")
    of_the_store.__cause__ = OSError("connection refused")
    assert "nothing listens at the database's address" in calm(of_the_store, "")
