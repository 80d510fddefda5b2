"""`registry claims`: what stands behind a claim, set by a steward with a reason that is logged."""

import click

from registry.cli.desk import CalmGroup, acting, as_json, at_the_desk, by_steward
from registry.cli.screen import show_fields, show_json
from registry.domain.vocabulary import Assurance
from registry.services.attest_claim import attest_claim, lapse_assurance
from registry.services.dispute_claim import answer_objection, object_to_claim

reason_option = click.option(
    "--reason", required=True, metavar="TEXT", help="Why; it is logged for ever."
)
two_stewards = click.option(
    "--steward",
    "stewards",
    multiple=True,
    required=True,
    metavar="NAME",
    help="Who decides; give it twice, for two different people.",
)


@click.group(cls=CalmGroup)
def claims() -> None:
    """Claims: vouch for one, take that back, object to one, answer an objection."""


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
@two_stewards
@as_json
def answer(claim: str, reason: str, stewards: tuple[str, ...], json_out: bool) -> None:
    """Upholds CLAIM, to which somebody objected: it counts on. Takes two stewards."""
    with at_the_desk() as registry, registry.writing() as ledger:
        answered = answer_objection(
            ledger, claim, stewards=stewards, by=acting(stewards[0]), reason=reason
        )
    _show([("claim", answered.claim), ("state", "upheld")], json_out)


def _show(fields: list[tuple[str, str]], json_out: bool) -> None:
    if json_out:
        show_json(dict(fields))
    else:
        show_fields(fields)
