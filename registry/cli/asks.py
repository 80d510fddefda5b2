"""`registry asks check`: a filed proof of asking, checked offline.

Exit codes: 0 it holds, 1 it does not, or it cannot be read.
"""

from pathlib import Path

import click

from registry.cli.desk import CalmGroup, as_json, safe
from registry.cli.screen import accent, show_fields, show_json
from registry.client.asks import verify_ask
from registry.client.verify import Exchange
from registry.instants import rfc3339

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(cls=CalmGroup)
def asks() -> None:
    """What platforms asked."""


@asks.command()
@click.argument("path", type=_FILE)
@click.option("--log-key", metavar="VKEY", required=True, help="The log's verifier key, pinned.")
@click.option("--filed", type=_FILE, metavar="FILE", help="The exchange of which it is, as filed.")
@as_json
def check(path: Path, log_key: str, filed: Path | None, json_out: bool) -> None:
    """Checks the proof at PATH, the body of GET /v1/asks/{id}/proof: its leaf, its root, the log's entry, the
    checkpoint."""
    safe("Nothing was shown to hold.")
    question = answer = None
    if filed is not None:
        exchange = Exchange.decode(filed.read_bytes())
        question, answer = exchange.question or exchange.target_uri.encode(), exchange.body
    found = verify_ask(path.read_bytes(), log_key, question=question, answer=answer)
    members = {
        "platform": found.platform,
        "time": rfc3339(found.at),
        "question_digest": found.question.hex(),
        "answer_digest": found.answer.hex(),
        "logged_at": rfc3339(found.logged_at),
        "index": found.index,
        "origin": found.origin,
    }
    if json_out:
        show_json({"holds": True, **members})
        return
    accent("the proof holds")
    show_fields([(name.replace("_", " "), value) for name, value in members.items()])
