"""`registry witness`: a small witness for logs of others (C2SP tlog-witness). It needs no registry beside it."""

import signal
import threading
from pathlib import Path
from typing import Final

import click

from registry.cli.calm import CalmGroup, as_json, safe
from registry.cli.screen import say, show_fields, show_json, show_rows
from registry.errors import ConfigurationError, InvalidInput
from registry.instants import rfc3339, system_clock
from registry.signing.keys import FileSigner
from registry.signing.note import cosigner_vkey, parse_vkey
from registry.signing.note_key import is_key_name
from registry.witness.book import Book, read_book
from registry.witness.cosigner import Cosigner
from registry.witness.serving import PATH, WitnessServer

_KEY: Final = "witness.pem"
_NAME: Final = "name"
_LOGS: Final = "logs"
_BOOK: Final = "book.json"
_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.group(cls=CalmGroup)
def witness() -> None:
    """A small witness: it vouches that the logs of others only grow."""


@witness.command("new")
@click.argument("folder", type=_FOLDER)
@click.option(
    "--name", required=True, help="Its name: an address without https://, such as w.example."
)
@click.option("--log", "logs", multiple=True, required=True, metavar="VKEY", help="A log's key.")
def new(folder: Path, name: str, logs: tuple[str, ...]) -> None:
    """Makes a witness in FOLDER: its key, its book, and the list of the logs that it knows."""
    for vkey in logs:
        parse_vkey(vkey)
    if not is_key_name(name):
        raise InvalidInput("a witness's name has no spaces and no plus signs", field="--name")
    signer = FileSigner.create(folder / _KEY)
    (folder / _NAME).write_text(f"{name}\n", "utf-8")
    (folder / _LOGS).write_text("".join(f"{vkey}\n" for vkey in logs), "utf-8")
    Book.begin(folder / _BOOK)
    say(cosigner_vkey(name, signer.public.raw))


@witness.command("serve")
@click.argument("folder", type=_FOLDER)
@click.option("--host", default="127.0.0.1", show_default=True, help="Where it listens.")
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=8110,
    show_default=True,
    help="0: any that is free.",
)
def serve(folder: Path, host: str, port: int) -> None:
    """Serves the witness in FOLDER until SIGTERM or SIGINT. The logs that it knows are read at the start."""
    safe("Nothing was cosigned.")
    name = _lines(folder / _NAME)[0]
    signer = FileSigner.load(folder / _KEY)
    with Book.open(folder / _BOOK) as book:
        cosigner = Cosigner(
            name, signer, _lines(folder / _LOGS), book, lambda: system_clock() // 1000
        )
        with WitnessServer(cosigner, (host, port)) as server:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(
                    number, lambda *_: threading.Thread(target=server.shutdown, daemon=True).start()
                )
            say(f"witness  {cosigner.vkey}")
            say(f"submit   http://{host}:{server.server_address[1]}{PATH}")
            say(f"logs     {', '.join(cosigner.logs)}")
            server.serve_forever()


@witness.command("show")
@click.argument("folder", type=_FOLDER)
@as_json
def show(folder: Path, json_out: bool) -> None:
    """Shows the verifier key of the witness in FOLDER, and of each log what it cosigned last."""
    name = _lines(folder / _NAME)[0]
    vkey = cosigner_vkey(name, FileSigner.load(folder / _KEY).public.raw)
    seen = read_book(folder / _BOOK)
    origins = dict.fromkeys(parse_vkey(each).name for each in _lines(folder / _LOGS))
    rows = [
        {"origin": origin}
        | (
            {"size": seen[origin].size, "at": rfc3339(1000 * seen[origin].at)}
            if origin in seen
            else {"size": None, "at": None}
        )
        for origin in (*origins, *(each for each in seen if each not in origins))
    ]
    if json_out:
        show_json({"name": name, "vkey": vkey, "logs": rows})
        return
    show_fields([("name", name), ("verifier key", vkey)])
    say()
    show_rows(["log", "entries", "cosigned at"], [list(each.values()) for each in rows], empty="")


def _lines(path: Path) -> list[str]:
    """The lines of a file that are not empty and no remark. Raises: ConfigurationError where there is none."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"{path} cannot be read; make a witness with: registry witness new"
        ) from error
    found = [line.strip() for line in text.splitlines()]
    kept = [line for line in found if line and not line.startswith("#")]
    if not kept:
        raise ConfigurationError(f"{path} says nothing; it has one entry a line")
    return kept
