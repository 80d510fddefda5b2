"""`registry proposals`: what one steward proposed and another has to confirm."""

import click

from registry.cli.calm import CalmGroup, as_json
from registry.cli.desk import acting, at_the_desk, by_steward
from registry.cli.screen import say, show_fields, show_json, show_rows
from registry.instants import rfc3339
from registry.services.second_steward import confirm_proposal, decline_proposal
from registry.storage.proposals import Proposal


@click.group(cls=CalmGroup)
def proposals() -> None:
    """Acts that touch somebody else's declarations: proposed by one steward, done when a second one confirms."""


@proposals.command("list")
@as_json
def list_waiting(json_out: bool) -> None:
    """Lists what waits for a second steward."""
    with at_the_desk() as registry, registry.reading() as uow:
        found = uow.proposals.waiting(registry.clock())
    if json_out:
        show_json([_members(each) for each in found])
        return
    show_rows(
        ("id", "act", "with", "proposed by", "until"),
        [
            (
                each.id,
                each.act,
                " ".join(f"{name}={value}" for name, value in each.wanted.items()),
                each.proposed_by,
                rfc3339(each.until),
            )
            for each in found
        ],
        empty="Nothing waits.",
    )


@proposals.command("confirm")
@click.argument("proposal")
@by_steward
@as_json
def confirm(proposal: str, steward: str | None, json_out: bool) -> None:
    """Does what PROPOSAL says. It takes another steward than the one who proposed it."""
    with at_the_desk() as registry, registry.writing() as ledger:
        done = confirm_proposal(ledger, proposal, acting(steward))
    _show(done, "confirmed", json_out)


@proposals.command("decline")
@click.argument("proposal")
@by_steward
@as_json
def decline(proposal: str, steward: str | None, json_out: bool) -> None:
    """Settles that nothing comes of PROPOSAL."""
    with at_the_desk() as registry, registry.writing() as ledger:
        declined = decline_proposal(ledger, proposal, acting(steward))
    _show(declined, "declined", json_out)


def show_proposed(proposal: Proposal, json_out: bool) -> None:
    """What a command says that proposed something."""
    if json_out:
        show_json({**_members(proposal), "state": "proposed"})
        return
    show_fields([("proposal", proposal.id), ("act", proposal.act), ("state", "proposed")])
    say("Nothing has happened yet. Another steward confirms it within a week:")
    say(f"  registry proposals confirm {proposal.id} --steward NAME")


def _members(each: Proposal) -> dict[str, object]:
    return {
        "proposal": each.id,
        "act": each.act,
        "wanted": dict(each.wanted),
        "proposed_by": each.proposed_by,
        "proposed_at": rfc3339(each.proposed_at),
        "until": rfc3339(each.until),
    }


def _show(proposal: Proposal, state: str, json_out: bool) -> None:
    if json_out:
        show_json({**_members(proposal), "state": state})
    else:
        show_fields([("proposal", proposal.id), ("act", proposal.act), ("state", state)])
