"""The tour's last scene: the server is gone, and everything is verified from files and public keys."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from registry.cli.tour.page import Page, shortened
from registry.cli.tour.stage import Stage
from registry.client.published import PublishedKeys
from registry.client.verify import (
    Exchange,
    verify_answer,
    verify_checkpoint,
    verify_receipt,
    verify_record,
)
from registry.errors import VerificationFailed

ANSWER = "answer.json"

Check = Callable[[bytes], str]


def file_public_keys(stage: Stage, page: Page) -> None:
    """Files the registry's public keys and newest checkpoint, ends the server, says so."""
    page.scene("The server is stopped; everything is verified from files, with public keys alone")
    (stage.folder / "did.json").write_bytes(stage.get("/.well-known/did.json"))
    (stage.folder / "checkpoint").write_bytes(stage.get("/log/checkpoint", "text/plain"))
    described = json.loads(stage.get("/.well-known/consent-registry"))
    (stage.folder / "log.vkey").write_text(described["log"]["vkey"])
    stage.stop_server()


def verify_offline(folder: Path, page: Page) -> int:
    """Verifies each file, then each with one byte flipped. Returns how many of both came out as they must.

    Raises: VerificationFailed where a file does not verify, or a changed one does.
    """
    rows = []
    for name, check in checks(folder).items():
        data = (folder / name).read_bytes()
        rows.append(
            (name, "holds", check(data), f"one byte changed: {_refused(name, check, data)}")
        )
    page.rows([row[:3] for row in rows])
    page.line()
    page.rows([(row[0], shortened(row[3], 78)) for row in rows])
    return 2 * len(rows)


def checks(folder: Path) -> dict[str, Check]:
    """How each file is verified: with the public keys in the folder. Raises: VerificationFailed."""
    keys = PublishedKeys.read((folder / "did.json").read_bytes())
    log_key = (folder / "log.vkey").read_text()
    jws = (folder / "record.jwt").read_text()
    return {
        "record.jwt": lambda data: _record(data, keys),
        "record.tlog-proof": lambda data: _receipt(jws, data, keys, log_key),
        "checkpoint": lambda data: _checkpoint(data, log_key),
        ANSWER: lambda data: _answer(data, keys),
    }


def _record(data: bytes, keys: PublishedKeys) -> str:
    credential = verify_record(_text(data), keys)
    return f"signed by {credential['issuer']}"


def _receipt(jws: str, data: bytes, keys: PublishedKeys, log_key: str) -> str:
    logged = verify_receipt(jws, _text(data), keys, log_key)
    return f"the record is entry {logged.index} of {logged.size} in {logged.origin}"


def _checkpoint(data: bytes, log_key: str) -> str:
    return f"the log had {verify_checkpoint(_text(data), log_key).size} entries"


def _answer(data: bytes, keys: PublishedKeys) -> str:
    answer = verify_answer(Exchange.decode(data), keys, now=None)
    return f"{answer['results'][0]['decision']}, answered {answer['answered_at']}"


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _refused(name: str, check: Check, data: bytes) -> str:
    """What is said about the file with one byte in its middle changed; of an answer, of its body."""
    if name == ANSWER:
        filed = Exchange.decode(data)
        changed = replace(filed, body=_flipped(filed.body)).encode()
    else:
        changed = _flipped(data)
    try:
        check(changed)
    except VerificationFailed as error:
        return error.message
    raise VerificationFailed(f"{name} verifies although a byte of it was changed")


def _flipped(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]
