"""`registry auditors`: access to look, given to an account for a time, and ended."""

import click

from registry.cli.calm import CalmGroup, as_json
from registry.cli.desk import acting, at_the_desk, by_steward
from registry.cli.screen import show_fields, show_json, show_rows
from registry.instants import rfc3339
from registry.services.grant_audit import LONGEST_DAYS, end_audit, grant_audit
from registry.services.help_account import the_account
from registry.storage.audit_grants import AuditGrant, Scope


@click.group(cls=CalmGroup)
def auditors() -> None:
    """Who may look into the journal and the figures, at how much, for how long."""


@auditors.command("add")
@click.argument("address")
@click.option("--rightsholder", metavar="ID", help="They see what is about this one.")
@click.option("--platform", metavar="ID", help="They see what is about this one.")
@click.option("--everything", is_flag=True, help="They see everything.")
@click.option(
    "--days",
    type=click.IntRange(1, LONGEST_DAYS),
    default=30,
    show_default=True,
    help="For how long; it ends by itself.",
)
@by_steward
@as_json
def add(
    *,
    address: str,
    rightsholder: str | None,
    platform: str | None,
    everything: bool,
    days: int,
    steward: str | None,
    json_out: bool,
) -> None:
    """Lets the account with ADDRESS look, at /audit and with a token of its own."""
    if (rightsholder is not None) + (platform is not None) + everything != 1:
        raise click.UsageError("give one of --rightsholder, --platform and --everything")
    scope: Scope = "everything" if everything else "rightsholder" if rightsholder else "platform"
    with at_the_desk() as registry, registry.bookkeeping() as uow:
        by, now = acting(steward), registry.clock()
        account = the_account(uow, address)
        subject = rightsholder or platform
        grant = grant_audit(uow, account, scope, subject, days, by.id, now)
    if json_out:
        show_json(_members(grant))
    else:
        show_fields([(name, value) for name, value in _members(grant).items() if value])


@auditors.command("list")
@as_json
def list_all(json_out: bool) -> None:
    """Lists every access that was given, and whether it counts."""
    with at_the_desk() as registry, registry.reading() as uow:
        found, now = uow.audit_grants.all(), registry.clock()
        people = {each.account: uow.accounts.find(each.account) for each in found}
    if json_out:
        show_json([{**_members(each), "counts": each.counts(now)} for each in found])
        return
    rows = []
    for each in found:
        person = people[each.account]
        what = each.subject or each.scope
        state = "counts" if each.counts(now) else "over"
        address = each.account if person is None else person.address
        rows.append((each.id, address, what, rfc3339(each.until), state, each.granted_by))
    columns = ("id", "who", "sees", "until", "state", "given by")
    show_rows(columns, rows, empty="Nobody was given access.")


@auditors.command("end")
@click.argument("grant")
@by_steward
@as_json
def end(grant: str, steward: str | None, json_out: bool) -> None:
    """Ends the access GRANT (its id) at once, with its token."""
    with at_the_desk() as registry, registry.bookkeeping() as uow:
        acting(steward)
        end_audit(uow, grant, registry.clock())
    if json_out:
        show_json({"grant": grant, "state": "ended"})
    else:
        show_fields([("grant", grant), ("state", "ended")])


def _members(grant: AuditGrant) -> dict[str, object]:
    return {
        "grant": grant.id,
        "account": grant.account,
        "scope": grant.scope,
        "subject": grant.subject,
        "given_by": grant.granted_by,
        "since": rfc3339(grant.since),
        "until": rfc3339(grant.until),
        "ended": None if grant.ended_at is None else rfc3339(grant.ended_at),
    }
