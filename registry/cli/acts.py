"""`registry acts`: who did what, under which authority, from where; and whether the log says the same."""

import sys
from pathlib import Path

import click

from registry.cli.calm import CalmGroup, as_json, safe
from registry.cli.desk import at_the_desk
from registry.cli.screen import say, show_json, show_rows
from registry.instants import rfc3339
from registry.services.compare_acts import compare_acts
from registry.services.list_acts import acts_as_csv, acts_as_lines, present_act, wanted_acts


@click.group(cls=CalmGroup)
def acts() -> None:
    """The journal of who did what."""


@acts.command("list")
@click.option("--who", metavar="ID|NAME", help="Done by this account, token, platform or steward.")
@click.option("--about", metavar="ID", help="About this rightsholder, work, platform, account …")
@click.option(
    "--act", metavar="NAME", help="Of this kind; with a dot at the end, all that begin so."
)
@click.option("--since", metavar="TIME", help="From this moment (RFC 3339) or day on.")
@click.option("--until", metavar="TIME", help="Before this moment or day.")
@click.option("--before", metavar="ID", help="Go on from the act that a list ended with.")
@click.option(
    "--limit", type=click.IntRange(1, 5_000), default=100, show_default=True, help="How many."
)
@as_json
def list_acts(before: str | None, limit: int, json_out: bool, **asked: str | None) -> None:
    """Lists acts, the newest first."""
    wanted = wanted_acts({name: text or "" for name, text in asked.items()}, None)
    with at_the_desk() as registry, registry.reading() as uow:
        page = uow.acts.page(wanted, before=before, limit=limit)
    if json_out:
        show_json({"acts": [present_act(each) for each in page.acts], "next": page.next})
        return
    show_rows(
        ("time", "act", "who", "by", "from", "details"),
        [
            (
                rfc3339(each.at),
                each.act,
                each.actor,
                each.authority,
                each.way or "–",
                " ".join(f"{name}={value}" for name, value in each.details.items()),
            )
            for each in page.acts
        ],
        empty="No act is found.",
    )
    if page.next is not None:
        say(f"There may be more:  --before {page.next}")


@acts.command("write")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
@click.option("--since", metavar="TIME", help="From this moment (RFC 3339) or day on.")
@click.option("--until", metavar="TIME", help="Before this moment or day.")
@click.option("--about", metavar="ID", help="About this rightsholder, work, platform, account …")
@click.option(
    "--format",
    "form",
    type=click.Choice(["jsonl", "csv"]),
    default="jsonl",
    show_default=True,
    help="JSON Lines, or CSV.",
)
def write(file: Path, form: str, **asked: str | None) -> None:
    """Writes acts to FILE (or - for standard output), the newest first, a page at a time."""
    wanted = wanted_acts({name: text or "" for name, text in asked.items()}, None)
    before, first = None, True
    with at_the_desk() as registry, click.open_file(str(file), "wb") as out:
        while first or before is not None:
            with registry.reading() as uow:
                page = uow.acts.page(wanted, before=before, limit=5_000)
            if form == "jsonl":
                out.write(acts_as_lines(page.acts))
            else:
                text = acts_as_csv(page.acts)
                out.write((text if first else text.partition("\r\n")[2]).encode())
            before, first = page.next, False
    if str(file) != "-":
        print(f"written to {file}", file=sys.stderr)


@acts.command("check")
@as_json
def check(json_out: bool) -> None:
    """Holds the journal against the roots in the log: no act was changed, taken out or put in since. Those of the last
    hour or two have no root yet."""
    safe("Nothing was changed.")
    with at_the_desk() as registry, registry.reading() as uow:
        checked, until, all_ = compare_acts(uow), uow.acts.rooted_until(), uow.journal.count()
    if json_out:
        rooted = rfc3339(until) if until else None
        show_json({"checked": checked, "rooted_until": rooted, "acts": all_})
    elif until:
        say(
            f"{checked} acts up to {rfc3339(until)} are as the log says; {all_ - checked} are newer."
        )
    else:
        say(f"No root was logged yet; {all_} acts wait for the first.")
