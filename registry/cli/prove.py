"""`registry claims challenge` and `registry claims prove`: how a claim is proved, and a look right now."""

from typing import Any

import click

from registry.bootstrap import Registry
from registry.cli.calm import as_json, safe
from registry.cli.desk import acting, at_the_desk, by_steward
from registry.cli.screen import say, show_fields, show_json
from registry.domain.control import Challenge
from registry.fetching.process import FetchProcess
from registry.services.prove_claim import challenge, prove
from registry.storage.proofs import ProofRow, ProofState


@click.command("challenge")
@click.argument("claim")
@as_json
def challenge_command(claim: str, json_out: bool) -> None:
    """Says how the CLAIM on a location is proved: every way, with the exact line to paste."""
    with at_the_desk() as registry, registry.reading() as uow:
        asked = challenge(uow, registry.place, claim)
    if json_out:
        show_json(_challenge_members(claim, asked))
        return
    show_fields(
        [("claim", claim), ("location", asked.location.url), ("token", asked.token)],
    )
    if not asked.ways:
        say("Nobody looks at this place; a steward can vouch for it (registry claims attest).")
    for way in asked.ways:
        say(f"\n{way.words()[0].upper()}{way.words()[1:]}:\n  {way.line}")


@click.command("prove")
@click.argument("claim")
@by_steward
@as_json
def prove_command(claim: str, steward: str | None, json_out: bool) -> None:
    """Looks now at the places where CLAIM is proved, and says what was looked at and what was found."""
    by = acting(steward)
    safe("Nothing was looked at, or what was seen was not written; no proof was taken away.")
    with at_the_desk() as registry, _fetching(registry) as fetcher:
        row = prove(registry, claim, fetcher, by)
    if json_out:
        show_json(_proof_members(row))
    else:
        show_fields([("claim", row.claim), ("state", row.state.value)])
        for each in row.seen:
            say(f"  {'found' if each.proved else 'no':<6} {each.place}\n         {each.words}")
    if row.state is not ProofState.PROVED:
        click.get_current_context().exit(1)


def _fetching(registry: Registry) -> FetchProcess:
    """The process that looks; whoever calls the command from Python can hand over the program that it runs."""
    command = click.get_current_context().find_object(tuple)
    return FetchProcess(registry.place.public_url, command)


def _challenge_members(claim: str, asked: Challenge) -> dict[str, Any]:
    ways = [
        {"means": way.means.value, "place": way.place, "line": way.line, "by_host": way.by_host}
        for way in asked.ways
    ]
    return {"claim": claim, "location": asked.location.url, "token": asked.token, "ways": ways}


def _proof_members(row: ProofRow) -> dict[str, Any]:
    seen = [{"place": s.place, "proved": s.proved, "words": s.words} for s in row.seen]
    return {"claim": row.claim, "state": row.state.value, "seen": seen}
