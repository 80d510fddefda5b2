"""`registry keys`: the registry's own keys, each with one purpose. Private keys are never printed."""

import click

from registry.cli.calm import CalmGroup, OfAKey, as_json
from registry.cli.desk import acting, at_the_desk, by_steward
from registry.cli.screen import show_json, show_rows
from registry.errors import InvalidInput
from registry.instants import parse_rfc3339, rfc3339
from registry.services.keep_keys import report_compromise, rotate_key
from registry.signing.keys import KeyPurpose
from registry.storage.key_table import StoredKey


@click.group(cls=CalmGroup)
def keys() -> None:
    """The registry's own keys."""


@keys.command("list")
@as_json
def list_keys(json_out: bool) -> None:
    """Lists every key that ever signed, with its purpose and its time."""
    with at_the_desk() as registry, registry.reading() as uow:
        found = uow.keys.all()
    _show(found, json_out)


@keys.command("rotate")
@click.option(
    "--purpose",
    type=click.Choice([purpose.value for purpose in KeyPurpose]),
    help="Only the key for this; else all four.",
)
@by_steward
@as_json
def rotate(purpose: str | None, steward: str | None, json_out: bool) -> None:
    """Makes fresh keys that sign from now on; the old ones are retired and stay published."""
    purposes = list(KeyPurpose) if purpose is None else [KeyPurpose(purpose)]
    with at_the_desk() as registry, registry.writing() as ledger:
        by = acting(steward)
        fresh = [rotate_key(ledger, registry.key_files, each, by) for each in purposes]
    _show(fresh, json_out)


@keys.command("compromised", cls=OfAKey)
@click.argument("kid")
@click.option(
    "--since",
    required=True,
    metavar="TIME",
    help="From when (RFC 3339) somebody else may have had it; only what the log shows to be older "
    "counts.",
)
@by_steward
@as_json
def compromised(kid: str, since: str, steward: str | None, json_out: bool) -> None:
    """Reports that the key KID was in other hands, and puts a fresh one in its place."""
    moment = parse_rfc3339(since, field="--since")
    with at_the_desk() as registry:
        if moment > registry.clock():
            raise InvalidInput("a key is compromised since some time in the past", field="--since")
        with registry.writing() as ledger:
            fresh = report_compromise(ledger, registry.key_files, kid, moment, acting(steward))
    _show([fresh], json_out)


def _show(found: list[StoredKey], json_out: bool) -> None:
    members = [
        {
            "kid": key.kid,
            "purpose": key.purpose,
            "algorithm": key.algorithm,
            "not_before": rfc3339(key.not_before),
            "not_after": None if key.not_after is None else rfc3339(key.not_after),
            "compromised_at": None if key.compromised_at is None else rfc3339(key.compromised_at),
        }
        for key in found
    ]
    if json_out:
        show_json(members)
        return
    columns = ("id (kid)", "purpose", "since", "until", "compromised")
    rows = [
        (m["kid"], m["purpose"], m["not_before"], m["not_after"], m["compromised_at"])
        for m in members
    ]
    show_rows(columns, rows, empty="This registry has no keys yet; run: registry migrate")
