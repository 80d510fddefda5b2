"""`registry accounts`: what a steward does for people who cannot help themselves."""

from pathlib import Path
from typing import TextIO

import click

from registry.cli.calm import CalmGroup, as_json
from registry.cli.desk import acting, at_the_desk, by_steward
from registry.cli.proposals import show_proposed
from registry.cli.screen import say, show_fields, show_json
from registry.instants import rfc3339
from registry.services.help_account import end_sessions, let_act_for, stop_codes, the_account
from registry.services.second_steward import is_somebodys, propose_member
from registry.storage.breached_list import write_list
from registry.storage.members import MemberRole


@click.group(cls=CalmGroup)
def accounts() -> None:
    """People's accounts, each named by its e-mail address."""


@accounts.command("show")
@click.argument("address")
@as_json
def show(address: str, json_out: bool) -> None:
    """Shows what the account with ADDRESS can be signed in to by, and for whom it acts."""
    with at_the_desk() as registry, registry.reading() as uow:
        account = the_account(uow, address)
        acts_for = {
            each.rightsholder: each.role.value for each in uow.members.for_account(account.id)
        }
        fields = {
            "account": account.id,
            "address": account.address,
            "since": rfc3339(account.made_at),
            "password": account.password is not None,
            "passkeys": len(uow.passkeys.of(account.id)),
            "code": account.totp is not None,
            "recovery_codes": uow.accounts.recovery_codes_left(account.id),
            "sessions": len(uow.sessions.of(account.id)),
        }
    if json_out:
        show_json({**fields, "acts_for": acts_for})
        return
    show_fields([(name.replace("_", " "), _plain(value)) for name, value in fields.items()])
    for rightsholder, role in acts_for.items():
        say(f"{role} of {rightsholder}")


@accounts.command("end-sessions")
@click.argument("address")
@by_steward
@as_json
def end(address: str, steward: str | None, json_out: bool) -> None:
    """Signs the account with ADDRESS out everywhere."""
    with at_the_desk() as registry, registry.bookkeeping() as uow:
        ended = end_sessions(uow, address, acting(steward), registry.clock())
    show_json({"ended": ended}) if json_out else say(f"{ended} sessions ended.")


@accounts.command("stop-codes")
@click.argument("address")
@by_steward
@as_json
def stop(address: str, steward: str | None, json_out: bool) -> None:
    """Asks the account with ADDRESS for no code any more, and signs it out everywhere. Make sure first that it is
    they who ask: by another way than mail, since whoever reads their mail could then choose a new password."""
    with at_the_desk() as registry, registry.bookkeeping() as uow:
        url = registry.place.public_url
        stop_codes(uow, address, acting(steward), registry.clock(), url)
    show_json({"code": False}) if json_out else say("No code is asked for any more.")


@accounts.command("act-for")
@click.argument("address")
@click.option("--rightsholder", required=True, metavar="ID", help="For whom it acts.")
@click.option(
    "--role",
    type=click.Choice([each.value for each in MemberRole]),
    default=MemberRole.OWNER.value,
    show_default=True,
    help="As what.",
)
@by_steward
@as_json
def act_for(
    address: str, rightsholder: str, role: str, steward: str | None, json_out: bool
) -> None:
    """Lets the account with ADDRESS act for a rightsholder: one that was registered here, or whose last owner has
    gone. Where it has works, people or declarations, another steward has to confirm it."""
    as_what, by, proposed = MemberRole(role), acting(steward), None
    with at_the_desk() as registry, registry.writing() as ledger:
        account = the_account(ledger.uow, address)
        if is_somebodys(ledger.uow, rightsholder):
            proposed = propose_member(ledger, account.id, rightsholder, as_what, by)
        else:
            let_act_for(ledger.uow, address, rightsholder, as_what, by, ledger.now)
    if proposed is not None:
        show_proposed(proposed, json_out)
        return
    if json_out:
        show_json({"rightsholder": rightsholder, "role": role})
    else:
        say(f"{address} is {role} of {rightsholder} from now on.")


@accounts.command("breached-list")
@click.argument(
    "lists", nargs=-1, required=True, type=click.File(encoding="utf-8", errors="replace")
)
@click.option(
    "--out",
    required=True,
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where the list is written.",
)
@as_json
def breached_list(lists: tuple[TextIO, ...], out: Path, json_out: bool) -> None:
    """Makes the list that REGISTRY_BREACHED_PASSWORDS names out of LISTS: files of passwords as they were typed, one a
    line (- is the standard input). Shorter ones than may be chosen here are left out."""
    found = write_list((line.rstrip("\r\n") for each in lists for line in each), out)
    show_json({"passwords": found}) if json_out else say(f"{found} passwords listed in {out}.")


def _plain(value: object) -> object:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value
