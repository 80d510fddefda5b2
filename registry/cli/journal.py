"""`registry journal check`: a gate's journal replayed offline, as an auditor does.

Exit codes: 0 it holds, 1 something in it does not, or it cannot be read.
"""

from pathlib import Path

import click

from registry.cli.calm import as_json, safe
from registry.cli.screen import accent, say, show_fields, show_json, show_rows
from registry.client.published import PublishedKeys
from registry.client.replay import Replay, replay


@click.group()
def journal() -> None:
    """The journals that platforms' gates keep."""


@journal.command()
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--trust",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    required=True,
    help="The registry's did.json or jwks.json, pinned.",
)
@as_json
@click.pass_context
def check(ctx: click.Context, *, path: Path, trust: Path, json_out: bool) -> None:
    """Replays the journal at PATH: its chain, its receipts, and whether each step had leave to begin."""
    safe("Nothing was shown to hold.")
    found = replay(path, PublishedKeys.read(trust.read_bytes()))
    if json_out:
        show_json(_members(found))
    else:
        _show(found)
    ctx.exit(0 if found.holds else 1)


def _members(found: Replay) -> dict[str, object]:
    return {
        "holds": found.holds,
        "lines": found.lines,
        "questions": found.questions,
        "items": found.items,
        "recovered": found.recovered,
        "torn": found.torn,
        "open": sorted(found.open),
        "head": found.head,
        "acts": [
            {"team": team, "purpose": purpose, "event": event, "count": count}
            for (team, purpose, event), count in sorted(found.acts.items())
        ],
        "problems": [{"line": each.line, "words": each.words} for each in found.problems],
    }


def _show(found: Replay) -> None:
    accent("the journal holds" if found.holds else "the journal does not hold")
    rows = [[*who, count] for who, count in sorted(found.acts.items())]
    show_rows(["team", "purpose", "event", "count"], rows, empty="no gate was passed")
    say()
    show_fields(
        [
            ("lines", found.lines),
            ("questions", f"{found.questions}, about {found.items} items"),
            ("recovered", f"{found.recovered} lines that crashes left torn"),
            ("torn", f"{found.torn} lines at the end"),
            ("never ended", ", ".join(sorted(found.open)) or None),
            ("head", found.head),
        ]
    )
    for each in found.problems:
        say(f"line {each.line}: {each.words}")
