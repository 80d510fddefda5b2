"""`registry export`: what was recorded, as files that others can check offline."""

from pathlib import Path
from typing import Any, Final, get_args

import click

from registry.cli.calm import as_json, safe
from registry.cli.desk import acting, at_the_desk, by_steward
from registry.cli.screen import show_fields, show_json
from registry.cli.store import progress
from registry.domain.vocabulary import Preference, Usage
from registry.errors import InvalidInput
from registry.instants import parse_rfc3339, rfc3339
from registry.services.export_scope import Scope, scope_of
from registry.services.make_export import ExportPress, Made, make_export
from registry.services.write_export import Format

_FORMATS: Final = get_args(Format)


@click.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="PLACE",
    required=True,
    help="A folder that is not there yet, or a file whose name ends in .zip.",
)
@click.option("--at", metavar="SIZE|TIME", help="As of this checkpoint, or this moment (RFC 3339).")
@click.option("--rightsholder", multiple=True, metavar="ID", help="Only what these declared.")
@click.option("--platform", multiple=True, metavar="ID", help="Only what names these.")
@click.option(
    "--category",
    multiple=True,
    type=click.Choice([usage.value for usage in Usage]),
    help="Only these uses.",
)
@click.option(
    "--decision",
    multiple=True,
    type=click.Choice([preference.value for preference in Preference]),
    help="Only what says this.",
)
@click.option("--scheme", multiple=True, metavar="NAME", help="Only works with such an identifier.")
@click.option("--since", metavar="TIME", help="Only what was declared from this moment on.")
@click.option("--until", metavar="TIME", help="Only what was declared before this moment.")
@click.option(
    "--format",
    "formats",
    default="jsonl,csv",
    show_default=True,
    metavar="LIST",
    help="Of the rows: jsonl, csv, parquet, with commas between.",
)
@click.option(
    "--without-acts", is_flag=True, help="Leave out who did what: only what was declared, and why."
)
@by_steward
@as_json
def export(
    out: Path,
    at: str | None,
    formats: str,
    without_acts: bool,
    steward: str | None,
    json_out: bool,
    **narrowing: Any,
) -> None:
    """Writes an export. Called again after it was stopped or killed, it goes on where it was."""
    safe("What was written so far is kept beside it; say the same again to go on.")
    by = acting(steward)
    wanted = _formats(formats)
    scope = _scope(narrowing)
    with at_the_desk() as registry, progress() as report:
        press = ExportPress(registry.reading, registry.released, registry.signers, registry.place)
        made = make_export(
            press, out, scope, at=at, formats=wanted, acts=not without_acts, report=report
        )
        with registry.bookkeeping() as books:
            books.journal.act(
                at=registry.clock(),
                actor=by.id,
                authority=by.authority,
                act="export.made",
                seq=None,
                details={"size": made.size, "scope": scope.members(), "rows": made.rows},
            )
    if json_out:
        show_json(_members(made))
    else:
        show_fields(_fields(made))


def _scope(narrowing: dict[str, Any]) -> Scope:
    members = dict(narrowing)
    for name in ("since", "until"):
        if members[name] is not None:
            members[name] = rfc3339(parse_rfc3339(members[name], field=f"--{name}"))
    return scope_of(members)


def _formats(text: str) -> tuple[Format, ...]:
    """Raises: InvalidInput for a format that is none."""
    asked = [each.strip() for each in text.split(",")]
    for each in asked:
        if each not in _FORMATS:
            raise InvalidInput(
                f"{each!r} is no format of rows; there are {', '.join(_FORMATS)}", field="--format"
            )
    return tuple(each for each in _FORMATS if each in asked)


def _members(made: Made) -> dict[str, object]:
    return {
        "path": str(made.path),
        "size": made.size,
        "time": rfc3339(made.at),
        "events": made.events,
        "withheld": made.withheld,
        "rows": made.rows,
        "acts": made.acts,
        "resumed": made.resumed,
    }


def _fields(made: Made) -> list[tuple[str, object]]:
    return [
        ("export", made.path),
        ("as of", f"{made.size} entries, {rfc3339(made.at)}"),
        ("rows", made.rows),
        ("events", f"{made.events}, of which {made.withheld} withheld"),
        ("acts", "none, as asked for" if made.acts is None else made.acts),
        *([("went on", f"from event {made.resumed}")] if made.resumed else []),
    ]
