"""The desk: which registry, who acts, and how an error reads."""

import os
import pwd
from pathlib import Path

import pytest

from registry.bootstrap import Registry
from registry.cli.desk import acting, calm, system_user
from registry.errors import InvalidInput, NotFound
from registry.storage.tables import audit_events
from tests.cli.conftest import Command


def test_an_error_is_one_line_with_its_field_and_what_is_safe() -> None:
    error = NotFound("there is no\n  such thing.", field="thing")
    assert calm(error, "All is well.") == "registry: there is no such thing (thing). All is well."


def test_a_store_that_was_never_prepared_says_what_to_run(unprepared: Command) -> None:
    told = unprepared("keys", "list", code=1).stderr
    assert "there is no registry at" in told
    assert "registry migrate" in told
    var = Path(unprepared.env["REGISTRY_VAR"])
    assert not var.exists(), "a look makes nothing"


def test_a_store_that_is_away_is_no_stack_trace(unprepared: Command) -> None:
    unprepared.env["REGISTRY_DATABASE_URL"] = "postgresql://nobody@127.0.0.1:1/none"
    (line,) = unprepared("keys", "list", code=1).stderr.splitlines()
    assert line.startswith("registry: the store did not carry this out")


def test_who_acts_is_the_system_user_unless_named() -> None:
    assert acting(None).id == system_user() == pwd.getpwuid(os.getuid()).pw_name
    assert acting(" Bea ").id == "Bea"
    assert acting(None).authority == "steward"


def test_a_steward_has_a_name_of_one_line() -> None:
    for name in ("", "  ", "a\nb", "x" * 101):
        with pytest.raises(InvalidInput):
            acting(name)


def test_the_journal_names_the_steward(command: Command, registry: Registry) -> None:
    command("rightsholders", "add", "Ada", "--steward", "Bea")
    with registry.reading() as uow:
        acts = uow.connection.execute(audit_events.select()).all()
    (act,) = [act for act in acts if act.act == "rightsholder.registered"]
    assert (act.actor, act.authority) == ("Bea", "steward")
