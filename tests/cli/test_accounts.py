"""`registry accounts`: what a steward does for people, written down in the registry's books."""

from collections.abc import Callable
from pathlib import Path

import pytest

from registry.bootstrap import Registry
from registry.services.sign_in import Device, begin_session
from registry.storage.accounts import Account
from registry.storage.acts import Wanted
from registry.storage.breached_list import BreachedList
from tests.cli.conftest import Command, Held

ADA = Account("ada-1", "ada@example.org", "ada@example.org", "Ada", "de", 1, totp="S")


@pytest.fixture
def ada(registry: Registry) -> Account:
    with registry.bookkeeping() as uow:
        uow.accounts.add(ADA)
        uow.accounts.replace_recovery_codes(ADA.id, ["x", "y"], 1)
        for _ in range(2):
            begin_session(uow, ADA, Device("Firefox", "?"), registry.clock())
    return ADA


def newest_act(registry: Registry) -> tuple[str, dict[str, str]]:
    with registry.reading() as uow:
        acts = uow.acts.page(Wanted(kind="account.")).acts
    kept = (
        "account.changed",
        "account.recovery-codes-replaced",
    )  # by what keeps accounts, beside it
    newest = next(each for each in acts if each.act not in kept)
    assert (newest.authority, newest.way) == ("steward", "command line")
    return newest.act, newest.details


def test_an_account_is_shown_and_signed_out_everywhere(
    command: Command, registry: Registry, ada: Account
) -> None:
    shown = command.json("accounts", "show", "Ada@Example.org")
    assert (shown["code"], shown["sessions"], shown["recovery_codes"]) == (True, 2, 2)
    assert "sessions        2" in command("accounts", "show", "ada@example.org").stdout
    assert command.json("accounts", "end-sessions", "ada@example.org") == {"ended": 2}
    assert command.json("accounts", "show", "ada@example.org")["sessions"] == 0
    assert newest_act(registry) == ("account.sessions-ended", {"account": ada.id})
    assert "no account has" in command("accounts", "show", "eve@example.org", code=1).stderr


def test_a_code_that_is_lost_is_done_without_and_its_owner_is_told(
    command: Command, registry: Registry, ada: Account
) -> None:
    command("accounts", "stop-codes", "ada@example.org")
    shown = command.json("accounts", "show", "ada@example.org")
    assert (shown["code"], shown["sessions"], shown["recovery_codes"]) == (False, 0, 0)
    with registry.reading() as uow:
        (job,) = uow.jobs.listed(kind="mail", limit=9)
        mail = uow.mails.find(job.key)
    assert mail is not None
    assert (mail.letter, mail.language) == ("changed-codes", "de")


def test_somebody_is_let_act_for_a_rightsholder_that_was_registered_here(
    command: Command, registry: Registry, ada: Account, hold: Callable[..., Held]
) -> None:
    fresh = command.json("rightsholders", "add", "Bea")["rightsholder"]
    command("accounts", "act-for", "ada@example.org", "--rightsholder", fresh)
    assert command.json("accounts", "show", "ada@example.org")["acts_for"] == {fresh: "owner"}
    holder = hold().rightsholder
    words = ("accounts", "act-for", "ada@example.org", "--rightsholder", holder, "--steward", "Bea")
    proposed = command.json(*words)
    assert proposed["state"] == "proposed", "it has works: two stewards"
    assert holder not in command.json("accounts", "show", "ada@example.org")["acts_for"]
    command("proposals", "confirm", proposed["proposal"], "--steward", "Cyd")
    assert holder in command.json("accounts", "show", "ada@example.org")["acts_for"]
    assert newest_act(registry)[0] == "account.acts-for"
    assert (
        "rightsholder"
        in command("accounts", "act-for", "ada@example.org", "--rightsholder", "x", code=1).stderr
    )


def test_a_list_of_stolen_passwords_is_made_of_files_and_of_what_is_piped_in(
    command: Command, tmp_path: Path
) -> None:
    (tmp_path / "stolen").write_text("too short\r\nnine lives of a blue toaster\r\n")
    out = str(tmp_path / "out")
    piped = "wild geese fly south\nnine lives of a blue toaster\n"
    words = ("accounts", "breached-list", "--out", out, str(tmp_path / "stolen"), "-")
    assert f"2 passwords listed in {out}" in command(*words, input=piped).stdout
    breached = BreachedList(tmp_path / "out")
    breached.check()
    assert breached.holds("nine lives of a blue toaster")
    assert breached.holds("wild geese fly south")
    assert not breached.holds("wild geese fly north")
