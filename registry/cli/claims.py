"""`registry claims`: what stands behind a claim, set by a steward with a reason that is logged."""

import click

from registry.cli.calm import CalmGroup, as_json
from registry.cli.desk import acting, at_the_desk, by_steward
from registry.cli.proposals import show_proposed
from registry.cli.prove import challenge_command, prove_command
from registry.cli.screen import say, show_fields, show_json, show_rows
from registry.domain.dossiers import Location
from registry.domain.vocabulary import Assurance
from registry.instants import rfc3339
from registry.services.attest_claim import attest_claim, lapse_assurance
from registry.services.dispute_claim import object_to_claim
from registry.services.list_claims import ClaimOn, claims_met_by, claims_of
from registry.services.second_steward import propose_answer

reason_option = click.option(
    "--reason", required=True, metavar="TEXT", help="Why; it is logged for ever."
)


@click.group(cls=CalmGroup)
def claims() -> None:
    """Claims: see them, prove one, vouch for one, take that back, object to one, answer an objection."""


claims.add_command(challenge_command)
claims.add_command(prove_command)


@claims.command("list")
@click.option("--rightsholder", metavar="ID", help="The claims of this rightsholder.")
@click.option(
    "--identifier", metavar="ID", help="All claims on the works that this identifier meets."
)
@click.option(
    "--after",
    default="",
    metavar="ID",
    help="With --rightsholder: begin after this work or location.",
)
@as_json
def list_all(
    *, rightsholder: str | None, identifier: str | None, after: str, json_out: bool
) -> None:
    """Lists claims with what stands behind them, open disputes and objections."""
    if (rightsholder is None) == (identifier is None):
        raise click.UsageError("give one of --rightsholder and --identifier")
    with at_the_desk() as registry, registry.reading() as uow:
        found = (
            claims_of(uow, rightsholder, after=after)
            if rightsholder is not None
            else claims_met_by(uow, identifier or "")
        )
    if json_out:
        show_json([_listed(each) for each in found])
        return
    rows = [(each.claim.id, each.name, _state(each), _about(each)) for each in found]
    show_rows(("claim", "whose", "state", "on"), rows, empty="No claim is found.")
    for each in found:
        for grant, level, what in each.grants:
            say(f"  {each.claim.id}  {level} for {what}  (grant {grant})")
        for dispute in each.claim.disputes:
            say(f"  {each.claim.id}  disputed  (dispute {dispute})")
        for objection in each.claim.objections:
            say(
                f"  {each.claim.id}  objected to by claim {objection.by} at {rfc3339(objection.at)}"
            )


def _about(each: ClaimOn) -> str:
    if isinstance(each.on, Location):
        return f"location {each.on.id} {each.on.url}"
    return f"work {each.on.id} {each.on.title} ({each.claim.role.value})"


def _state(each: ClaimOn) -> str:
    if each.claim.ended:
        return "ended"
    return "disputed" if each.claim.disputes else "stands"


def _listed(each: ClaimOn) -> dict[str, object]:
    on = each.on
    return {
        "claim": each.claim.id,
        "rightsholder": {"id": each.claim.rightsholder, "name": each.name},
        "on": {"location": on.id, "url": on.url}
        if isinstance(on, Location)
        else {
            "work": on.id,
            "title": on.title,
            "identifiers": [held.text for held in on.identifiers],
        },
        "role": each.claim.role.value,
        "state": _state(each),
        "grants": [{"grant": id, "level": level, "for": what} for id, level, what in each.grants],
        "disputes": list(each.claim.disputes),
        "objections": [{"by": o.by, "at": rfc3339(o.at)} for o in each.claim.objections],
    }


@claims.command("attest")
@click.argument("claim")
@click.option("--identifier", metavar="ID", help="Vouch for this one identifier of the work.")
@click.option("--prefix", metavar="PREFIX", help="Vouch for an issued prefix, as isrc:GBAYE.")
@click.option("--location", is_flag=True, help="Vouch for the location that is claimed.")
@click.option(
    "--level",
    type=click.Choice([Assurance.ATTESTED.value, Assurance.CONTROLLED.value]),
    default=Assurance.ATTESTED.value,
    show_default=True,
    help="What was established: somebody vouches, or control was shown.",
)
@reason_option
@by_steward
@as_json
def attest(
    *,
    claim: str,
    identifier: str | None,
    prefix: str | None,
    location: bool,
    level: str,
    reason: str,
    steward: str | None,
    json_out: bool,
) -> None:
    """Puts assurance behind CLAIM: for one identifier, an issued prefix, or its location."""
    with at_the_desk() as registry, registry.writing() as ledger:
        gained = attest_claim(
            ledger,
            claim,
            acting(steward),
            reason,
            identifier=identifier,
            prefix=prefix,
            location=location,
            level=Assurance(level),
        )
    _show(
        [
            ("grant", gained.grant),
            ("claim", gained.claim),
            ("level", gained.level.value),
            ("for", gained.identifier or gained.prefix or gained.location or ""),
        ],
        json_out,
    )


@claims.command("lapse")
@click.argument("grant")
@reason_option
@by_steward
@as_json
def lapse(grant: str, reason: str, steward: str | None, json_out: bool) -> None:
    """Takes the assurance GRANT back: what it permitted stops at once, restrictions stand."""
    with at_the_desk() as registry, registry.writing() as ledger:
        lapsed = lapse_assurance(ledger, grant, acting(steward), reason)
    _show([("grant", lapsed.grant), ("claim", lapsed.claim), ("state", "lapsed")], json_out)


@claims.command("object")
@click.argument("claim")
@click.option(
    "--by", "by_claim", required=True, metavar="CLAIM", help="The attested claim of who objects."
)
@by_steward
@as_json
def object_(claim: str, by_claim: str, steward: str | None, json_out: bool) -> None:
    """Objects to the unproven CLAIM: it counts 14 days more unless it is proved or upheld."""
    with at_the_desk() as registry, registry.writing() as ledger:
        objected = object_to_claim(ledger, claim, by_claim, acting(steward))
    _show([("claim", objected.claim), ("by", objected.by), ("state", "objected")], json_out)


@claims.command("answer")
@click.argument("claim")
@reason_option
@by_steward
@as_json
def answer(claim: str, reason: str, steward: str | None, json_out: bool) -> None:
    """Proposes to uphold CLAIM, to which somebody objected. It counts on when another steward confirms that."""
    with at_the_desk() as registry, registry.writing() as ledger:
        proposed = propose_answer(ledger, claim, by=acting(steward), reason=reason)
    show_proposed(proposed, json_out)


def _show(fields: list[tuple[str, str]], json_out: bool) -> None:
    if json_out:
        show_json(dict(fields))
    else:
        show_fields(fields)
