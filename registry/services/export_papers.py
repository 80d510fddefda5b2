"""What makes a folder of rows and events an export: README, Data Package, signed manifest, bag.

Data Package 1 (Frictionless), BagIt 1.0 (RFC 8493), a JWS over all of it. Nothing here depends on when it is made:
every time is the checkpoint's. Format: docs/formats.md, "Export".
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from registry.domain.identifiers import CANONICAL_FORM_VERSION
from registry.domain.resolution import RULES_VERSION
from registry.domain.vocabulary import VOCABULARY_VERSION
from registry.instants import rfc3339
from registry.screening.manifest import own_versions
from registry.services.export_acts import ACTS, acts_schema
from registry.services.export_rows import schema
from registry.services.ledger import Place
from registry.signing.jws import sign_jws
from registry.signing.keys import Signer
from registry.storage.export_draft import ExportDraft, Progress
from registry.storage.log_store import SignedHead

FORMAT: Final = "1"
TYP: Final = "consent-export+jwt"
_MEDIA: Final = {
    "jsonl": "application/x-ndjson",
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
}


@dataclass(frozen=True, slots=True)
class Contents:
    """What an export holds, when rows and events are written. `scope` as in the manifest."""

    head: SignedHead
    place: Place
    scope: Mapping[str, Any]
    formats: Sequence[str]
    progress: Progress


def name_of(contents: Contents) -> str:
    """The name of the folder in a zip, and of the package."""
    return f"consent-export-{contents.head.head.size}"


def write_papers(
    draft: ExportDraft, contents: Contents, signer: Signer, verification_method: str
) -> None:
    """Writes everything that stands beside `data/`, the signed manifest after what it covers. Raises: OSError."""
    draft.put("README.md", _readme(contents).encode())
    digests = {name: draft.digest(name) for name in draft.files() if name.startswith("data/")}
    draft.put("datapackage.json", _data_package(contents, digests))
    for name in ("README.md", "datapackage.json"):
        digests[name] = draft.digest(name)
    manifest = msgspec.json.encode(_manifest(contents, digests))
    draft.put(
        "export.jws",
        sign_jws(manifest, typ=TYP, kid=verification_method, signer=signer).encode(),
    )
    _write_bag(draft, contents, digests)


def _manifest(contents: Contents, digests: Mapping[str, tuple[int, str]]) -> dict[str, Any]:
    head, place, progress = contents.head, contents.place, contents.progress
    return {
        "format": FORMAT,
        "issuer": place.issuer,
        "origin": place.origin,
        "size": head.head.size,
        "time": rfc3339(head.head.at),
        "checkpoint": head.note,
        "scope": contents.scope,
        "versions": {
            "rules": RULES_VERSION,
            "vocabulary": VOCABULARY_VERSION,
            "canonical_form": CANONICAL_FORM_VERSION,
            "host_rules": own_versions().host_rules,
        },
        "events": progress.events,
        "withheld": progress.withheld,
        "rows": progress.rows,
        **({} if progress.acts is None else {"acts": progress.acts}),
        "files": {
            name: {"bytes": length, "sha256": digest}
            for name, (length, digest) in sorted(digests.items())
        },
    }


def _data_package(contents: Contents, digests: Mapping[str, tuple[int, str]]) -> bytes:
    resources = []
    for name, (length, digest) in sorted(digests.items()):
        resource: dict[str, Any] = {
            "name": name.removeprefix("data/").replace("/", "-").lower(),
            "path": name,
            "bytes": length,
            "hash": f"sha256:{digest}",
        }
        if name == "data/records.csv":
            resource |= {
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "profile": "tabular-data-resource",
                "dialect": {"delimiter": ",", "quoteChar": '"', "header": True},
                "schema": schema(),
            }
        else:  # not "table" for acts: who reads CSV may have nothing that reads JSON Lines
            resource["type"] = "file"
            if name == ACTS:
                resource |= {
                    "format": "jsonl",
                    "mediatype": _MEDIA["jsonl"],
                    "encoding": "utf-8",
                    "schema": acts_schema(),
                }
            if name.startswith("data/records."):
                resource["mediatype"] = _MEDIA[name.rpartition(".")[2]]
        resources.append(resource)
    package = {
        "name": name_of(contents),
        "title": f"Consent records of {contents.place.origin} at {contents.head.head.size} entries",
        "created": rfc3339(contents.head.head.at),
        "profile": "data-package",
        "resources": resources,
    }
    return msgspec.json.format(msgspec.json.encode(package), indent=2) + b"\n"


def _write_bag(
    draft: ExportDraft, contents: Contents, digests: Mapping[str, tuple[int, str]]
) -> None:
    """RFC 8493: the declaration, what it is about, and SHA-256 of the payload and of the tag files."""
    payload = {name: each for name, each in digests.items() if name.startswith("data/")}
    octets = sum(length for length, _ in payload.values())
    draft.put("bagit.txt", b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
    about = {
        "Source-Organization": contents.place.origin,
        "External-Identifier": f"{contents.place.origin}/{contents.head.head.size}",
        "External-Description": "Consent records, with the log's events and proofs; see README.md",
        "Bagging-Date": rfc3339(contents.head.head.at)[:10],
        "Payload-Oxum": f"{octets}.{len(payload)}",
    }
    draft.put("bag-info.txt", "".join(f"{k}: {v}\n" for k, v in about.items()).encode())
    lines = (f"{digest}  {name}\n" for name, (_, digest) in sorted(payload.items()))
    draft.put("manifest-sha256.txt", "".join(lines).encode())
    tags = [name for name in draft.files() if not name.startswith("data/")]
    lines = (
        f"{draft.digest(name)[1]}  {name}\n" for name in tags if not name.startswith("tagmanifest")
    )
    draft.put("tagmanifest-sha256.txt", "".join(lines).encode())


def wanted(scope: Mapping[str, Any], formats: Sequence[str], *, acts: bool) -> str:
    """A text that is the same for the same scope and formats, with or without acts."""
    members = {"scope": scope, "formats": sorted(formats), "format": FORMAT, "acts": acts}
    return hashlib.sha256(msgspec.json.encode(members, order="sorted")).hexdigest()


def _readme(contents: Contents) -> str:
    head, progress = contents.head.head, contents.progress
    scope = "everything that was recorded"
    if contents.scope:
        said = "; ".join(
            f"{name} {', '.join(value) if isinstance(value, list) else value}"
            for name, value in contents.scope.items()
        )
        scope = f"only a part of what was recorded: {said}"
    gaps = (
        "It has every entry of the log, so nothing can be missing without its being noticed."
        if not contents.scope
        else "That nothing within its scope was left out is the registry's signed word; what is in it can be proved."
    )
    return f"""# What rightsholders said: an export of {contents.place.origin}

This folder shows what rightsholders declared about the use of their works by machines, up to {rfc3339(head.at)},
when the registry's log had {head.size} entries. It holds {scope}.
{gaps}

## What to read

- `data/records.*`: {progress.rows} rows, one for each use that somebody allowed, denied or made conditional, and one
  for each use that a withdrawal ends. The CSV opens in any spreadsheet; a cell that begins with an apostrophe was
  made safe.
- `data/log/events.jsonl`: {progress.events} entries of the log with their contents, among them every signed record.
  Of {progress.withheld} the contents are withheld: they name people outside of the scope, or were erased at somebody's
  wish. Their place in the log is proved all the same.
- `data/log/checkpoint`, `data/log/leaves.bin`: the log's signed head, and the hash of each of its entries.
{_acts_words(contents)}
- `data/keys/did.json`, `data/status/`: the registry's public keys, and which records no longer stand.

A row says what somebody declared. What a platform was to be told follows from all of it together, by rules that are
published (docs/answering.md of the registry): others may have a voice, permission needs proof, and what loosens waits.
**No record is not consent.**

## How to check it, without trusting anybody

You need the log's verifier key, from a source that you trust, and the registry's client
(`pip install consent-registry`):

    registry verify . --key '{contents.place.origin}+…'

It checks every file, signature, proof and row, offline. With `--head` it holds this against a checkpoint or an older
export that you kept; with `--asked` it works out whether answers on file were right. The format is public
(docs/formats.md, "Export"): a BagIt bag, a Data Package, JSON, C2SP checkpoints, JWS. You can check it with other
people's tools.
"""


def _acts_words(contents: Contents) -> str:
    acts = contents.progress.acts
    if acts is None:
        return "- Who did what is not in it."
    proofs = (
        "`data/log/act-proofs.jsonl` leads from each act to a root in the log."
        if contents.scope
        else "`data/log/act-leaves.bin` has the hash of each act, from which come the roots in the log."
    )
    return f"""- `data/acts.jsonl`: {acts} acts: who did what, by which right and by which door, one line of JSON each
  (`at` is in ms since 1970). People and platforms stand in it by their ids, stewards by the name that they gave. Acts
  of the last hour or two are not in it: the log had nothing on them yet.
  {proofs}"""
