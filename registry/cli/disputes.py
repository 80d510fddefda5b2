"""`registry disputes`: a dispute never turns a restriction into a permission; two stewards decide it."""

import click

from registry.cli.calm import CalmGroup, as_json
from registry.cli.claims import reason_option
from registry.cli.desk import acting, at_the_desk, by_steward
from registry.cli.proposals import show_proposed
from registry.cli.screen import show_fields, show_json
from registry.services.dispute_claim import open_dispute
from registry.services.second_steward import propose_decision


@click.group(cls=CalmGroup)
def disputes() -> None:
    """Disputes over claims."""


@disputes.command("open")
@click.argument("claim")
@reason_option
@by_steward
@as_json
def open_(claim: str, reason: str, steward: str | None, json_out: bool) -> None:
    """Disputes CLAIM: its permissions stop counting at once, its restrictions stand."""
    with at_the_desk() as registry, registry.writing() as ledger:
        opened = open_dispute(ledger, claim, acting(steward), reason)
    _show([("dispute", opened.dispute), ("claim", opened.claim), ("state", "open")], json_out)


@disputes.command("decide")
@click.argument("dispute")
@click.option("--upheld", is_flag=True, help="The dispute was right: the claim ends now.")
@click.option("--rejected", is_flag=True, help="The claim stands as before.")
@reason_option
@by_steward
@as_json
def decide(
    *,
    dispute: str,
    upheld: bool,
    rejected: bool,
    reason: str,
    steward: str | None,
    json_out: bool,
) -> None:
    """Proposes how DISPUTE is to be decided. It is when another steward confirms that."""
    if upheld == rejected:
        raise click.UsageError("say --upheld or --rejected")
    with at_the_desk() as registry, registry.writing() as ledger:
        by = acting(steward)
        proposed = propose_decision(ledger, dispute, upheld=upheld, by=by, reason=reason)
    show_proposed(proposed, json_out)


def _show(fields: list[tuple[str, str]], json_out: bool) -> None:
    if json_out:
        show_json(dict(fields))
    else:
        show_fields(fields)
