"""`registry monitor`: follows a log from outside, and tells when something is wrong with it, or new about identifiers.

Exit codes: 0 it holds, 1 it could not be looked at, 3 something is wrong with the log, 4 something is new about an
identifier (both only with --once). It needs no registry, no database and no settings.
"""

import json
import math
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import click

from registry.cli.calm import as_json, calm, safe
from registry.cli.screen import accent, say, show_fields
from registry.client.monitor.following import Log
from registry.client.monitor.keeping import Keeping
from registry.client.monitor.monitor import Look, Monitor, Watch
from registry.client.monitor.telling import Tell, by_post, by_program
from registry.domain.identifiers import parse_identifier
from registry.errors import InvalidInput, RegistryError, TooLarge, Unavailable
from registry.instants import rfc3339, system_clock
from registry.plain_text import plain

WRONG: Final = 3
NEWS: Final = 4
AWAY_SECONDS: Final = 900
"""After how long somebody is told that the log cannot be looked at."""
_SAFE: Final = "What is kept stays as it was."


@click.command()
@click.argument("url")
@click.option(
    "--vkey", "vkeys", multiple=True, required=True, metavar="VKEY", help="The log's key, pinned."
)
@click.option(
    "--state",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Where it remembers; else every start reads the whole log.",
)
@click.option("--witness", "witnesses", multiple=True, metavar="VKEY", help="A witness's key.")
@click.option("--quorum", type=click.IntRange(0), help="How many of them; else more than half.")
@click.option(
    "--watch",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Identifiers to watch, one a line.",
)
@click.option("--site", metavar="URL", help="The registry for --watch; else URL without /log.")
@click.option("--all", "anew", is_flag=True, help="Read every entry again, from the first.")
@click.option("--once", is_flag=True, help="Look once, and end.")
@click.option(
    "--every",
    type=click.IntRange(1),
    default=60,
    show_default=True,
    metavar="SECONDS",
    help="Between two looks.",
)
@click.option("--exec", "program", metavar="COMMAND", help="Start this, with JSON as its input.")
@click.option("--webhook", metavar="URL", help="Post JSON there.")
@as_json
@click.pass_context
def monitor(
    ctx: click.Context,
    url: str,
    vkeys: tuple[str, ...],
    state: Path | None,
    witnesses: tuple[str, ...],
    quorum: int | None,
    watch: Path | None,
    site: str | None,
    anew: bool,
    once: bool,
    every: int,
    program: str | None,
    webhook: str | None,
    json_out: bool,
) -> None:
    """Follows the log at URL (…/log of a registry, or a copy of it): that it only grows, and serves what it signed."""
    safe(_SAFE)
    url = url.rstrip("/")
    watched = Watch(
        Log(url, vkeys),
        witnesses,
        len(witnesses) // 2 + 1 if quorum is None and witnesses else quorum or 0,
        () if watch is None else _identifiers(watch),
        (site or url.removesuffix("/log")).rstrip("/"),
    )
    tells = [by_program(program)] if program else []
    tells += [by_post(webhook)] if webhook else []
    keeping = None if state is None else Keeping(state)
    with Monitor(watched, keeping) as at_work:
        if once:
            look = at_work.look(anew=anew)
            _show(look, json_out)
            if look.alarms or look.news:
                _tell(tells, look.members())
            _file(keeping, look)
            ctx.exit(WRONG if look.alarms else 1 if look.trouble else NEWS if look.news else 0)
        with _until_told() as ended:
            _go_on(at_work, tells, keeping, ended, every, anew, json_out)


def _go_on(
    at_work: Monitor,
    tells: list[Tell],
    keeping: Keeping | None,
    ended: threading.Event,
    every: int,
    anew: bool,
    json_out: bool,
) -> None:
    """Looks until it is told to end. The same alarms are told once, until they change."""
    told: list[Any] = []
    away_since: float | None = None
    while True:
        try:
            look = at_work.look(anew=anew)
        except (Unavailable, TooLarge) as error:  # neither ends a monitor, and each is told in time
            click.echo(calm(error, _SAFE), err=True)
            away_since = _tell_away(tells, error, away_since)
        else:
            anew, away_since = False, None
            alarms = [each.members() for each in look.alarms]
            fresh = (alarms != told and alarms) or look.news
            if json_out or fresh or look.round.read or look.trouble:
                _show(look, json_out)
            if fresh:
                _tell(tells, look.members())
                _file(keeping, look)
            told = alarms
        if ended.wait(every):
            return


def _tell_away(tells: list[Tell], error: RegistryError, since: float | None) -> float:
    """Tells, once, that the log could not be looked at for some time. Returns since when (seconds); told: for ever."""
    now = time.monotonic()
    if since is None:
        return now
    if now - since < AWAY_SECONDS:
        return since
    _tell(tells, {"at": rfc3339(system_clock()), "trouble": [error.message]})
    return math.inf


@contextmanager
def _until_told() -> Iterator[threading.Event]:
    """An event that SIGTERM, SIGINT and SIGHUP set."""
    ended = threading.Event()
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    before = {number: signal.signal(number, lambda *_: ended.set()) for number in numbers}
    try:
        yield ended
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _tell(tells: list[Tell], members: dict[str, Any]) -> None:
    for tell in tells:
        why = tell(members)
        if why is not None:
            click.echo(f"registry: it could not be told: {why}", err=True)


def _file(keeping: Keeping | None, look: Look) -> None:
    """Alarms are kept with their evidence."""
    if keeping is not None and look.alarms:
        keeping.write(f"alarm-{look.at}.json", look.members())


def _identifiers(path: Path) -> tuple[str, ...]:
    """One a line; lines that begin with # are remarks. Raises: InvalidInput naming the line."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{path} is not UTF-8", field="--watch") from error
    found: dict[str, None] = {}
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        try:
            found[str(parse_identifier(text))] = None
        except RegistryError as error:
            raise error.at(f"--watch, line {number}") from None
    return tuple(found)


def _show(look: Look, json_out: bool) -> None:
    members = look.members()
    if json_out:
        click.echo(json.dumps(members, ensure_ascii=False))  # one line a look
        return
    head = members["head"]
    accent("something is wrong with this log" if look.alarms else "the log holds")
    show_fields(
        [
            ("looked", members["at"]),
            ("head", None if head is None else f"{head['size']} entries, root {head['root']}"),
            ("newest entry", members["newest_entry"]),
            ("read now", look.round.read),
            ("witnessed", _witnesses(look)),
        ]
    )
    for each in look.alarms:
        say(plain(f"! {each.kind.value}: {each.words}"))
    for identifier, words in look.news:
        say(plain(f"{identifier}  {words}"))
    for words in look.trouble:
        say(plain(f"could not be looked at: {words}"))


def _witnesses(look: Look) -> str | None:
    if not look.witnessed.cosigned_at:
        return None
    names = ", ".join(
        f"{name} {rfc3339(1000 * at)}" for name, at in look.witnessed.cosigned_at.items()
    )
    return f"{look.witnessed.size} entries, by {names}"
