"""Exports for tests: made by the real services, and rewritten as somebody would who has some of the registry's keys."""

import base64
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from registry.api.present_answer import present_answers
from registry.api.question import read_question
from registry.client.exports.verify import Report, Trusted, verify_export
from registry.domain.event_body import Sequenced, decode_body
from registry.domain.record import read_record
from registry.domain.vocabulary import Usage
from registry.instants import parse_rfc3339, rfc3339
from registry.services.export_acts import ACT_LEAVES, ACTS
from registry.services.export_papers import Contents, write_papers
from registry.services.export_rows import as_csv, read_credential, rows_of
from registry.services.export_scope import Scope, scope_of
from registry.services.ledger import RECORD_TYPES, Place
from registry.services.make_export import ExportPress, Made, make_export
from registry.services.write_export import Format
from registry.signing import base64url
from registry.signing.credential import secure
from registry.signing.jws import sign_jws
from registry.signing.keyring import verification_method
from registry.signing.keys import KeyPurpose, Signer
from registry.signing.note import sign_note, vkey
from registry.signing.status_list import bits_with, encode
from registry.storage.export_draft import ExportDraft, Progress
from registry.storage.head_file import Head
from registry.storage.log_store import SignedHead
from registry.tlog.checkpoint import Checkpoint
from registry.tlog.edge import Edge
from registry.tlog.entry import LogEntry, blind
from registry.tlog.merkle import leaf_hash
from tests.registries import Desk


def press_of(desk: Desk) -> ExportPress:
    registry = desk.registry
    return ExportPress(registry.reading, registry.released, registry.signers, registry.place)


def exported(
    desk: Desk,
    target: Path,
    *,
    at: str | None = None,
    formats: tuple[Format, ...] = ("jsonl", "csv"),
    **scope: Any,
) -> Made:
    """An export of this registry; `rightsholder=[…]` and the like narrow it."""
    return make_export(press_of(desk), target, scope_of(scope), at=at, formats=formats)


def log_keys(desk: Desk) -> tuple[str, ...]:
    """The verifier keys of every key that the log ever had."""
    registry = desk.registry
    keys = registry.signers().keyring.of_purpose(KeyPurpose.LOG)
    return tuple(vkey(registry.place.origin, key.public.raw) for key in keys)


def verified(desk: Desk, path: Path, **more: Any) -> Report:
    return verify_export(path, Trusted(log_keys(desk), **more))


def events_of(export: Path) -> list[Sequenced]:
    """The events of an export, read from docs/formats.md with nothing of the verifier."""
    found = []
    for line in (export / "data/log/events.jsonl").read_text("utf-8").splitlines():
        entry = json.loads(line)
        body = entry.get("body")
        if body is None:
            event: Any = decode_body(json.dumps(entry["remains"]).encode())
        elif entry["type"] in RECORD_TYPES:
            event = read_record(json.loads(base64url.decode(body.split(".")[1])))
        else:
            event = decode_body(body.encode())
        digest = sha256((body or "").encode()).digest()
        found.append(Sequenced(entry["index"], parse_rfc3339(entry["time"]), digest, event))
    return found


@dataclass
class Rewriter:
    """A whole export in memory, with all that it takes to write it anew: the signers of the registry itself."""

    place: Place
    signers: dict[KeyPurpose, Signer]
    events: list[dict[str, Any]]
    leaves: list[bytes]
    note: str
    files: dict[str, bytes] = field(default_factory=dict)
    acts: dict[str, bytes] = field(default_factory=dict)
    """Who did what, as it was; nothing for an export without."""

    @staticmethod
    def of(desk: Desk, export: Path) -> "Rewriter":
        lines = (export / "data/log/events.jsonl").read_text("utf-8").splitlines()
        leaves = (export / "data/log/leaves.bin").read_bytes()
        signers = desk.registry.signers()
        return Rewriter(
            desk.registry.place,
            {purpose: signers[purpose] for purpose in KeyPurpose},
            [json.loads(line) for line in lines],
            [leaves[at : at + 32] for at in range(0, len(leaves), 32)],
            (export / "data/log/checkpoint").read_text("utf-8"),
            {
                path.relative_to(export).as_posix(): path.read_bytes()
                for folder in ("keys", "status")
                for path in (export / "data" / folder).iterdir()
            },
            {
                name: (export / name).read_bytes()
                for name in (ACTS, ACT_LEAVES)
                if (export / name).exists()
            },
        )

    def copy(self) -> "Rewriter":
        events = [dict(each) for each in self.events]
        return Rewriter(
            *(self.place, self.signers, events, list(self.leaves)),
            *(self.note, dict(self.files), dict(self.acts)),
        )

    def hash_anew(self) -> None:
        """The leaves that these events make, numbered as they stand."""
        for index, event in enumerate(self.events):
            event["index"] = index
        self.leaves = [leaf_of(event) for event in self.events]

    def sign_head(self, signer: Signer | None = None) -> None:
        """A checkpoint over the leaves as they are."""
        signer = signer or self.signers[KeyPurpose.LOG]
        edge = Edge()
        edge.append(self.leaves)
        body = Checkpoint(self.place.origin, edge.size, edge.root()).body()
        self.note = sign_note(body, self.place.origin, signer.public.raw, signer.sign)

    def write(self, folder: Path) -> Path:
        """Rows, manifest and bag made to fit, everything signed by the registry's keys."""
        draft = ExportDraft(folder)
        rows, lists = [], set()
        for event in self.events:
            if event["type"] in RECORD_TYPES and "body" in event:
                body = event["body"].encode()
                credential = read_credential(body)
                lists.add(credential.list_number)
                digest = f"sha-256=:{_base64(sha256(body).digest())}:"
                rows += rows_of(
                    credential,
                    index=event["index"],
                    record=event["id"],
                    digest=digest,
                    time=event["time"],
                )
        draft.put("data/log/events.jsonl", b"".join(map(_line, self.events)))
        draft.put("data/log/leaves.bin", b"".join(self.leaves))
        draft.put("data/log/checkpoint", self.note.encode())
        draft.put("data/records.jsonl", msgspec.json.Encoder().encode_lines(rows))
        draft.put("data/records.csv", as_csv([], header=True) + as_csv(rows))
        for name, content in self.files.items():
            draft.put(name, self._of_its_time(content) if "status" in name else content)
        for name, content in self.acts.items():
            draft.put(name, content)
        checkpoint = Checkpoint.parse(self.note.partition("\n\n")[0] + "\n")
        at = parse_rfc3339(self.events[-1]["time"])
        head = SignedHead(Head(checkpoint.size, checkpoint.root, at), self.note)
        progress = Progress(
            wanted="",
            size=checkpoint.size,
            events=len(self.events),
            withheld=sum("withheld" in event for event in self.events),
            rows=len(rows),
            acts=self.acts[ACTS].count(b"\n") if self.acts else None,
        )
        contents = Contents(head, self.place, Scope().members(), ("jsonl", "csv"), progress)
        signer = self.signers[KeyPurpose.ANSWERS]
        method = verification_method(self.place.issuer, signer.kid)
        write_papers(draft, contents, signer, method)
        return draft.folder

    def _of_its_time(self, status_list: bytes) -> bytes:
        """A status list as of the newest event."""
        credential = json.loads(base64url.decode(status_list.split(b".")[1].decode()))
        credential["validFrom"] = self.events[-1]["time"]
        return self._secured(credential)

    def status_with(self, positions: Iterable[int]) -> bytes:
        """The first status list with these bits set, signed."""
        jws = self.files["data/status/1.jwt"]
        credential = json.loads(base64url.decode(jws.split(b".")[1].decode()))
        credential["credentialSubject"]["encodedList"] = encode(bits_with(positions))
        return self._secured(credential)

    def _secured(self, credential: dict[str, Any]) -> bytes:
        signer = self.signers[KeyPurpose.RECORDS]
        method = verification_method(self.place.issuer, signer.kid)
        return secure(credential, signer, method).encode()


def receipt_line(
    desk: Desk,
    items: Sequence[tuple[str, ...]],
    usage: Usage,
    *,
    asker: str | None = None,
    as_of: int | None = None,
    change: Callable[[dict[str, Any]], Any] = lambda _answer: None,
) -> bytes:
    """A question and the registry's signed answer, as a line of receipts; `change` makes it another answer."""
    members: dict[str, Any] = {
        "usage": usage.value,
        "items": [{"identifiers": list(item)} for item in items],
    }
    if as_of is not None:
        members["as_of"] = rfc3339(as_of)
    body = json.dumps(members).encode()
    answers = desk.ask_all(items, usage, asker=asker, as_of=as_of)
    digest = f"sha-256=:{_base64(sha256(body).digest())}:"
    place = desk.registry.place
    answer = present_answers(
        read_question(body), answers, place, platform=asker, digest=digest, evidence=True
    )
    answer = json.loads(msgspec.json.encode(answer))
    change(answer)
    signer = desk.registry.signers()[KeyPurpose.ANSWERS]
    kid = verification_method(place.issuer, signer.kid)
    payload = json.dumps(answer).encode()
    receipt = sign_jws(payload, typ="answer-receipt+jwt", kid=kid, signer=signer)
    return json.dumps({"question": body.decode(), "receipt": receipt}).encode() + b"\n"


def leaf_of(event: dict[str, Any]) -> bytes:
    """The leaf hash that the log would have of an event's line."""
    digest = sha256(event["body"].encode()).digest()
    at = parse_rfc3339(event["time"])
    return leaf_hash(LogEntry(event["type"], blind(event["id"]), digest, at).encode())


def rebag(export: Path) -> None:
    """Makes the bag's manifests fit the files as they are: anybody can."""
    (export / "manifest-sha256.txt").touch()
    names = sorted(
        path.relative_to(export).as_posix() for path in export.rglob("*") if path.is_file()
    )

    def lines(chosen: Iterable[str]) -> str:
        return "".join(
            f"{sha256((export / name).read_bytes()).hexdigest()}  {name}\n" for name in chosen
        )

    payload = [name for name in names if name.startswith("data/")]
    (export / "manifest-sha256.txt").write_text(lines(payload))
    tags = [n for n in names if not n.startswith("data/") and n != "tagmanifest-sha256.txt"]
    (export / "tagmanifest-sha256.txt").write_text(lines(tags))


def _line(members: dict[str, Any]) -> bytes:
    return json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
