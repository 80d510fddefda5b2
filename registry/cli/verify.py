"""`registry verify`: an export checked offline, and answers on file held against it.

Exit codes: 0 everything holds, 1 something is wrong, 3 nothing is wrong, but not all could be judged.
"""

from pathlib import Path

import click

from registry.cli.calm import as_json, safe
from registry.cli.screen import accent, say, show_fields, show_json
from registry.client.exports.verify import Report, Trusted, verify_export
from registry.client.published import PublishedKeys

UNSETTLED = 3


def _file(*, folders: bool = False) -> click.Path:
    return click.Path(exists=True, dir_okay=folders, path_type=Path)


@click.command()
@click.argument("path", type=_file(folders=True))
@click.option(
    "--key",
    "keys",
    multiple=True,
    metavar="VKEY",
    help="The log's verifier key, pinned; more of them where it had several.",
)
@click.option(
    "--head",
    "heads",
    multiple=True,
    type=_file(folders=True),
    metavar="FILE",
    help="A checkpoint, or an older export, that you kept: the log has to continue it.",
)
@click.option(
    "--asked",
    multiple=True,
    type=_file(),
    metavar="FILE",
    help="Answers on file: was that the right answer? An exchange, a gate's journal, or receipts of a screening.",
)
@click.option(
    "--trust",
    type=_file(),
    metavar="FILE",
    help="The registry's did.json, pinned, where an older checkpoint was exported with a newer key.",
)
@click.option(
    "--replay", is_flag=True, help="Fold all events, and hold the status lists against them."
)
@as_json
@click.pass_context
def verify(
    ctx: click.Context,
    path: Path,
    keys: tuple[str, ...],
    heads: tuple[Path, ...],
    asked: tuple[Path, ...],
    trust: Path | None,
    replay: bool,
    json_out: bool,
) -> None:
    """Checks the export at PATH, a folder or a zip, and names the first thing in it that is wrong."""
    safe("Nothing was shown to hold.")
    newer = None if trust is None else PublishedKeys.read(trust.read_bytes())
    found = verify_export(path, Trusted(keys, heads, asked, replay, newer))
    if json_out:
        show_json(_members(found))
    else:
        _show(found)
    ctx.exit(1 if not found.holds else UNSETTLED if found.unsettled else 0)


def _members(found: Report) -> dict[str, object]:
    return {
        "holds": found.holds,
        "origin": found.origin,
        "size": found.size,
        "time": found.time,
        "scope": dict(found.scope),
        "files": found.files,
        "events": found.events,
        "withheld": found.withheld,
        "erased": found.erased,
        "records": found.records,
        "rows": found.rows,
        "acts": found.acts,
        "acts_until": found.acts_until,
        "doubtful": found.doubtful,
        "heads": found.heads,
        "answers": found.answers,
        "right": found.right,
        "unsettled": found.unsettled,
        "wrong": found.wrong,
        "where": found.where,
        "code": found.code,
        "meaning": found.meaning,
    }


def _erased(count: int, *, scoped: bool) -> str:
    by = "on the registry's word" if scoped else "as the log says, where it was erased by then"
    return f"{count} bodies; what the rules need of them is there {by}"


def _acts(found: Report) -> str:
    if found.acts is None:
        return "none are in it" if found.holds else "not looked at"
    return f"{found.acts} up to {found.acts_until}" if found.acts_until else str(found.acts)


def _show(found: Report) -> None:
    accent("the export holds" if found.holds else "the export does not hold")
    scope = "; ".join(f"{name} {value}" for name, value in found.scope.items())
    show_fields(
        [
            ("log", found.origin),
            ("as of", f"{found.size} entries, {found.time or 'no event read'}"),
            ("scope", scope or "everything"),
            ("files", found.files),
            ("events", f"{found.events}, of which {found.withheld} withheld"),
            *(
                [("erased", _erased(found.erased, scoped=bool(found.scope)))]
                if found.erased
                else []
            ),
            ("records", found.records),
            ("rows", found.rows),
            ("acts", _acts(found)),
            *([("doubtful", f"{found.doubtful} records")] if found.doubtful else []),
            ("continues", ", ".join(found.heads) or None),
            ("answers", f"{found.right} of {found.answers} shown to be right"),
        ]
    )
    for each in found.unsettled:
        say(f"not judged: {each}")
    if not found.holds:
        say()
        say(f"WRONG: {found.wrong}")
        say(str(found.meaning))
