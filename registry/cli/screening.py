"""`registry screen`: a corpus sorted into what is permitted, opted out, unregistered and unreadable, with proof.

Exit codes: 0 every row is in its pile, 1 it was stopped; the same command goes on from there.
"""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from registry.cli.ask import platform_signer
from registry.cli.calm import as_json, safe
from registry.cli.screen import accent, console, say, show_fields, show_json
from registry.client.corpus.columns import parse_columns
from registry.client.corpus.report import until_when
from registry.client.corpus.screening import CHUNK_ROWS, CHUNK_ROWS_WITH_SNAPSHOT, Order
from registry.client.corpus.screening import screen as screen_corpus
from registry.client.corpus.sieve import SnapshotSieve, describe
from registry.client.corpus.verdicts import Pile
from registry.client.policy import Policy
from registry.client.registry import Registry
from registry.domain.vocabulary import Usage
from registry.errors import VerificationFailed
from registry.instants import Clock, parse_rfc3339
from registry.screening.manifest import Manifest
from registry.settings import Settings

_EVERY_ROWS = 100_000


@click.command("screen")
@click.argument(
    "corpus", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="CORPUS"
)
@click.option(
    "--usage",
    type=click.Choice([usage.value for usage in Usage]),
    required=True,
    help="What the rows would be used for.",
)
@click.option(
    "--policy",
    type=click.Choice([policy.value for policy in Policy]),
    required=True,
    help="Which rows may be used: what is permitted, or what nobody opted out.",
)
@click.option(
    "--columns",
    required=True,
    metavar="NAMES",
    help="Columns with identifiers: url,sha256,isrc or name=scheme.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    metavar="DIR",
    help="Where the rows go; a new folder, or that of a screening that was stopped.",
)
@click.option("--url", metavar="URL", help="Which registry; else the one in the environment.")
@click.option(
    "--key",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The platform's private key, PEM of mode 0600; else the demo platform's.",
)
@click.option("--keyid", metavar="KEYID", help="The key's name there; else its thumbprint.")
@click.option(
    "--trust",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The registry's did.json or jwks.json, pinned; else the one that it publishes now.",
)
@click.option("--log-key", metavar="VKEY", help="The log's verifier key, pinned.")
@click.option(
    "--snapshot",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Fetch the newest snapshot into this folder, and ask only about rows that it does not rule out.",
)
@click.option("--run", metavar="NAME", help="Your own name for this run.")
@click.option(
    "--chunk-rows",
    type=click.IntRange(1, 1_000_000),
    metavar="NUMBER",
    help="So many rows at once; 10,000 unless said otherwise, 65,536 with a snapshot.",
)
@as_json
def screen(
    *,
    corpus: Path,
    usage: str,
    policy: str,
    columns: str,
    out: Path,
    url: str | None,
    key: Path | None,
    keyid: str | None,
    trust: Path | None,
    log_key: str | None,
    snapshot: Path | None,
    run: str | None,
    chunk_rows: int | None,
    json_out: bool,
) -> None:
    """Sorts the rows of CORPUS by what the registry answers about them."""
    safe(
        "Nothing that was not sorted may be used; the same command goes on where this one stopped."
    )
    rows = chunk_rows or (CHUNK_ROWS if snapshot is None else CHUNK_ROWS_WITH_SNAPSHOT)
    order = Order(corpus, out, parse_columns(columns), Usage(usage), run, chunk_rows=rows)
    settings = Settings.from_environ()
    signer, log_keys = platform_signer(settings, key), () if log_key is None else log_key
    with (
        Registry(
            url or settings.public_url,
            signer,
            policy,
            keys=trust,
            keyid=keyid,
            log_key=log_keys,
            packed=True,
        ) as registry,
        _Shown() as shown,
    ):
        report = _screened(order, registry, snapshot, shown)
        over = _is_over(report, registry.clock)
    if json_out:
        show_json(report)
    else:
        _show(report, out, over)
    if over:
        _warn(
            f"what was answered counted until {report['valid_until']}: ask again before you use any of these rows"
        )


def _screened(
    order: Order, registry: Registry, folder: Path | None, shown: "_Shown"
) -> dict[str, Any]:
    """Screens; where a snapshot runs out on the way, goes on with the newest one, if that is another."""
    used: Manifest | None = None
    while True:
        if folder is not None:
            snapshot = registry.snapshot(folder)
            order = replace(order, sieve=SnapshotSieve(snapshot), snapshot=describe(snapshot))
        try:
            return screen_corpus(order, registry, shown, _warn)
        except VerificationFailed as error:
            if folder is None or error.code != "snapshot-expired" or used == snapshot.manifest:
                raise
            used = snapshot.manifest


class _Shown:
    """Progress on the error stream: a line that moves on a terminal, a plain line now and then where it is piped."""

    def __init__(self) -> None:
        self._moving: Progress | None = None
        self._said = 0

    def __enter__(self) -> "_Shown":
        if sys.stderr.isatty():
            self._moving = Progress(
                TextColumn("{task.fields[rows]:,} rows"),
                BarColumn(),
                TextColumn("{task.fields[piles]}"),
                TimeElapsedColumn(),
                console=console(stderr=True),
            )
            self._moving.start()
            self._moving.add_task("rows", total=None, rows=0, piles="")
        return self

    def __exit__(self, *error: object) -> None:
        if self._moving is not None:
            self._moving.stop()

    def __call__(self, rows: int, piles: dict[str, int]) -> None:
        words = ", ".join(f"{piles.get(pile, 0):,} {pile.value}" for pile in Pile)
        if self._moving is not None:
            self._moving.update(self._moving.task_ids[0], rows=rows, piles=words)
        elif rows >= self._said + _EVERY_ROWS:
            self._said = rows
            click.echo(f"{rows:,} rows: {words}", err=True)


def _warn(text: str) -> None:
    click.echo(f"Attention: {text}.", err=True)


def _is_over(report: dict[str, Any], now: Clock) -> bool:
    """Has the first of the answers, or snapshots, that the rows rest on run out?"""
    until = report["valid_until"]
    return until is not None and parse_rfc3339(until) <= now()


def _show(report: dict[str, Any], out: Path, over: bool) -> None:
    usable = " and ".join(report["usable_under_policy"])
    may = "could be used (but no longer, unless asked again)" if over else "may be used"
    accent(
        f"{report['usable_rows']:,} of {report['rows']:,} rows {may} for {report['usage']} under the policy "
        f"{report['policy']}: {usable}"
    )
    show_fields(
        [
            *((name, f"{number:,}") for name, number in report["piles"].items()),
            ("questions", f"{report['questions']:,}, with receipts in {out / 'receipts.jsonl'}"),
            ("report", out / "report.html"),
        ]
    )
    say(until_when(report))
    for each in report["snapshots"]:
        say(f'Of rows that the snapshot decided, no "no" after {each["made_at"]} was seen.')
    say("What is unregistered is not permitted by anybody.")
