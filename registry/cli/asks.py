"""`registry asks check`: a filed proof of asking, checked offline.

Exit codes: 0 it holds, 1 it does not, or it cannot be read.
"""

import re
from pathlib import Path

import click

from registry.cli.calm import CalmGroup, as_json, safe
from registry.cli.screen import accent, show_fields, show_json
from registry.client.asks import verify_ask
from registry.client.verify import Exchange
from registry.instants import rfc3339
from registry.tlog.canonical import base64_text

_RECEIPT = re.compile(rb"[\w-]+\.[\w-]+\.[\w-]+\s*")
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(cls=CalmGroup)
def asks() -> None:
    """What platforms asked."""


@asks.command()
@click.argument("path", type=_FILE)
@click.option("--log-key", metavar="VKEY", required=True, help="The log's verifier key, pinned.")
@click.option(
    "--filed", type=_FILE, metavar="FILE", help="The exchange or receipt of which it is, as filed."
)
@as_json
def check(path: Path, log_key: str, filed: Path | None, json_out: bool) -> None:
    """Checks the proof at PATH, the body of GET /v1/asks/{id}/proof: its leaf, its root, the log's entry, the
    checkpoint."""
    safe("Nothing was shown to hold.")
    question, answer = (None, None) if filed is None else _filed(filed.read_bytes())
    found = verify_ask(path.read_bytes(), log_key, question=question, answer=answer)
    members = {
        "platform": found.platform,
        "time": rfc3339(found.at),
        "question_digest": _digest(found.question),
        "answer_digest": _digest(found.answer),
        "logged_at": rfc3339(found.logged_at),
        "index": found.index,
        "origin": found.origin,
    }
    if json_out:
        show_json({"holds": True, **members})
        return
    accent("the proof holds")
    show_fields([(name.replace("_", " "), value) for name, value in members.items()])


def _filed(data: bytes) -> tuple[bytes | None, bytes]:
    """(question, answer) of a filed exchange; of an answer receipt the answer alone, which names its question.

    Raises: VerificationFailed for what is neither.
    """
    if _RECEIPT.fullmatch(data):
        return None, data.strip()
    exchange = Exchange.decode(data)
    return exchange.question or exchange.target_uri.encode(), exchange.body


def _digest(digest: bytes) -> str:
    return f"sha-256=:{base64_text(digest)}:"
