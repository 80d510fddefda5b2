"""`registry tour`: the scenes in their order, on a stage that is taken down at the end."""

import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from registry.cli.calm import safe
from registry.cli.run import command
from registry.cli.tour.page import Page
from registry.cli.tour.scene_offline import file_public_keys, verify_offline
from registry.cli.tour.scenes_asked import ask_all, ask_one, loosen, tighten
from registry.cli.tour.scenes_refused import intrude, mistype
from registry.cli.tour.scenes_said import declare, look_at_record, register
from registry.cli.tour.stage import Stage, set_up
from registry.errors import ConfigurationError


@click.command()
@click.option(
    "--keep",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Keep what the tour makes in DIR, which must not exist or be empty.",
)
def tour(keep: Path | None) -> None:
    """Shows the main job on real works, with a registry and a server of its own, in ten seconds or so."""
    safe("Your own registry was not touched.")
    page = Page()
    page.title("A tour of the consent registry")
    page.line(
        "Real works, real identifiers, a real server on this machine; nothing is sent elsewhere."
    )
    page.line("What is declared about the works is invented for the tour and thrown away with it.")
    with _folder(keep) as folder:
        with set_up(folder) as stage:
            page.line(
                f"Server: {stage.url}, process {stage.server.pid}, up after {page.seconds:.1f} s"
            )
            entries = _play(stage, page)
            asked = stage.asked
        checks = verify_offline(folder, page)
    _close(page, entries, asked, checks, keep)


def _play(stage: Stage, page: Page) -> int:
    cast = register(stage, page)
    declare(stage, page, cast)
    look_at_record(stage, page, cast)
    ask_one(stage, page, cast)
    ask_all(stage, page, cast)
    tighten(stage, page, cast)
    loosen(stage, page, cast)
    mistype(stage, page, cast)
    intrude(stage, page, cast)
    file_public_keys(stage, page)
    with stage.registry.reading() as uow:
        head = uow.log.head()
    return 0 if head is None else head.head.size


def _close(page: Page, entries: int, asked: int, checks: int, keep: Path | None) -> None:
    me = command()
    page.line()
    page.title(f"Done in {page.seconds:.1f} seconds")
    page.line(
        f"{entries} entries in the log, {asked} assets asked about, {checks} checks offline, "
        "every answer's signature verified."
    )
    if keep is not None:
        page.line(
            "Kept: record.jwt, record.tlog-proof, checkpoint, answer.json, did.json, log.vkey, in"
        )
        page.line(str(keep))
    page.line()
    page.rows(
        [
            ("Next:", "make run", "a registry of your own, with a question to paste"),
            ("", f"{me} ask ID", "ask it, and have the answer verified"),
            ("", "docs/commands.md", "every command"),
            ("", "docs/answering.md", "how an answer comes about, exactly"),
        ]
    )


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    """The scratch folder, gone at the end unless it is to be kept; also where the tour is terminated."""
    previous = signal.signal(signal.SIGTERM, _terminated)
    try:
        if keep is None:
            with tempfile.TemporaryDirectory(prefix="registry-tour-") as folder:
                yield Path(folder)
            return
        if keep.exists() and any(keep.iterdir()):
            raise ConfigurationError(f"{keep} is not empty; name a folder that is", field="--keep")
        keep.mkdir(parents=True, exist_ok=True)
        yield keep.absolute()
    finally:
        signal.signal(signal.SIGTERM, previous)


def _terminated(number: int, _frame: object) -> None:
    sys.exit(128 + number)
