"""`registry disputes`: a dispute never turns a restriction into a permission; two stewards decide it."""

import click

from registry.cli.calm import CalmGroup, as_json
from registry.cli.claims import reason_option, two_stewards
from registry.cli.desk import acting, at_the_desk, by_steward
from registry.cli.screen import show_fields, show_json
from registry.services.dispute_claim import decide_dispute, open_dispute


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
@two_stewards
@reason_option
@as_json
def decide(
    *,
    dispute: str,
    upheld: bool,
    rejected: bool,
    stewards: tuple[str, ...],
    reason: str,
    json_out: bool,
) -> None:
    """Decides DISPUTE. Takes two stewards."""
    if upheld == rejected:
        raise click.UsageError("say --upheld or --rejected")
    with at_the_desk() as registry, registry.writing() as ledger:
        decided = decide_dispute(
            ledger,
            dispute,
            upheld=upheld,
            stewards=stewards,
            by=acting(stewards[0]),
            reason=reason,
        )
    state = "upheld: the claim has ended" if decided.upheld else "rejected: the claim stands"
    _show([("dispute", decided.dispute), ("claim", decided.claim), ("state", state)], json_out)


def _show(fields: list[tuple[str, str]], json_out: bool) -> None:
    if json_out:
        show_json(dict(fields))
    else:
        show_fields(fields)
