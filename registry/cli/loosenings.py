"""`registry loosenings`: what would make an answer more permissive waits, and can be cancelled until then."""

from collections.abc import Iterator

import click

from registry.cli.calm import CalmGroup, as_json
from registry.cli.desk import acting, at_the_desk, by_steward
from registry.cli.proposals import show_proposed
from registry.cli.screen import say, show_fields, show_json, show_rows
from registry.domain.dossiers import Location, Rightsholder, Work
from registry.instants import rfc3339
from registry.services.find import claimed, the_rightsholder
from registry.services.list_rightsholders import list_rightsholders
from registry.services.second_steward import confirms_itself, propose_confirmation
from registry.services.settle_loosening import (
    Waiting,
    cancel_loosening,
    confirm_loosening,
    waiting_of,
)
from registry.storage.unit_of_work import UnitOfWork

PAGE = 500


@click.group(cls=CalmGroup)
def loosenings() -> None:
    """Loosenings that wait: declarations, withdrawals and removals."""


@loosenings.command("list")
@click.option("--rightsholder", metavar="ID", help="Of this rightsholder alone.")
@as_json
def list_waiting(rightsholder: str | None, json_out: bool) -> None:
    """Lists what waits: neither in effect nor cancelled."""
    with at_the_desk() as registry, registry.reading() as uow:
        found = list(waiting(uow, rightsholder, registry.clock()))
    if json_out:
        show_json([_members(each) for each in found])
        return
    rows = [
        (
            each.id,
            each.what,
            each.rightsholder,
            rfc3339(each.takes_effect_at),
            "confirmed" if each.effect is not None else "to be confirmed",
        )
        for each in found
    ]
    columns = ("id", "what", "rightsholder", "not before", "state")
    show_rows(columns, rows, empty="Nothing waits.")
    for each in found:
        say(f"  {each.id}  {each.about}")


@loosenings.command("confirm")
@click.argument("id")
@by_steward
@as_json
def confirm(id: str, steward: str | None, json_out: bool) -> None:
    """Confirms the proposal ID: it takes effect at its time, or now if that has passed. Where people act for the
    rightsholder, another steward has to confirm it."""
    by, proposed = acting(steward), None
    with at_the_desk() as registry, registry.writing() as ledger:
        if confirms_itself(ledger.uow, id):
            proposed = propose_confirmation(ledger, id, by)
        else:
            confirm_loosening(ledger, id, by)
    if proposed is not None:
        show_proposed(proposed, json_out)
    else:
        _show(id, "confirmed", json_out)


@loosenings.command("cancel")
@click.argument("id")
@by_steward
@as_json
def cancel(id: str, steward: str | None, json_out: bool) -> None:
    """Cancels ID before it takes effect: it never will."""
    with at_the_desk() as registry, registry.writing() as ledger:
        cancelled = cancel_loosening(ledger, id, acting(steward))
    _show(cancelled.loosening, "cancelled", json_out)


def waiting(uow: UnitOfWork, rightsholder: str | None, now: int) -> Iterator[Waiting]:
    """Everything that waits at `now` (ms), each once, of one rightsholder or of all."""
    seen: set[str] = set()
    for dossier in _dossiers(uow, rightsholder):
        for each in waiting_of(dossier, now):
            mine = rightsholder is None or each.rightsholder == rightsholder
            if mine and each.id not in seen:
                seen.add(each.id)
                yield each


def _dossiers(
    uow: UnitOfWork, rightsholder: str | None
) -> Iterator[Work | Location | Rightsholder]:
    for holder in _holders(uow, rightsholder):
        yield holder
        after = ""
        while held := uow.projection.held_by(holder.id, after=after, limit=PAGE):
            uow.projection.load(subject.id for subject in held)
            yield from (claimed(uow, subject) for subject in held)
            after = held[-1].id


def _holders(uow: UnitOfWork, rightsholder: str | None) -> Iterator[Rightsholder]:
    if rightsholder is not None:
        yield the_rightsholder(uow, rightsholder, field="--rightsholder")
        return
    after = ""
    while page := list_rightsholders(uow, after=after, limit=PAGE):
        yield from page
        after = page[-1].id


def _members(each: Waiting) -> dict[str, str | bool | None]:
    return {
        "id": each.id,
        "what": each.what,
        "about": each.about,
        "rightsholder": each.rightsholder,
        "takes_effect_at": rfc3339(each.takes_effect_at),
        "confirmed": each.effect is not None,
    }


def _show(id: str, state: str, json_out: bool) -> None:
    if json_out:
        show_json({"id": id, "state": state})
    else:
        show_fields([("id", id), ("state", state)])
