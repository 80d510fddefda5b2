"""The tour's first scenes: works are registered, preferences declared, and a signed record is looked at."""

import json
from dataclasses import dataclass, field
from typing import Any

from registry.cli.screen import GLYPHS
from registry.cli.store import progress
from registry.cli.tour.material import (
    ARTIST,
    CLAIMANTS,
    LABEL,
    LIBRARY,
    Registered,
    media,
    register_all,
    works,
)
from registry.cli.tour.page import Page, shortened
from registry.cli.tour.stage import LOOSENING_SECONDS, STEWARD, Stage
from registry.services.attest_claim import attest_claim
from registry.services.open_account import issue_token, register_rightsholder
from registry.services.register_platform import add_platform_key, register_platform
from registry.services.settle_loosening import confirm_loosening
from registry.signing import base64url
from registry.signing.jws import parse_json_object
from registry.signing.keys import FileSigner
from registry.tlog.proof import TlogProof

GENERATIVE = "generative-training"
DENIED = "w082"
ON_REQUEST = "w063"
OPEN_PREFIX = "doi:10.7554/"
OPEN = ("w167", "w168", "w169")
CONTACT = "mailto:licensing@tour-label.example"


@dataclass(slots=True)
class Cast:
    """Who is in the tour: rightsholders and tokens by name, what is registered by ref, the record shown."""

    rightsholders: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    registered: dict[str, Registered] = field(default_factory=dict)
    record: str = ""


def register(stage: Stage, page: Page) -> Cast:
    """Everything is registered in one transaction; the media files are hashed where they lie."""
    page.scene("Works are registered, under the names by which the world knows them")
    cast = Cast()
    listed, hashed = works(), list(media())
    things = [*listed, *(each for _, each in hashed)]
    with progress() as report, stage.registry.writing() as ledger:
        for name in CLAIMANTS:
            cast.rightsholders[name] = register_rightsholder(ledger, name, STEWARD)
            _, secret = issue_token(ledger, cast.rightsholders[name], "tour", STEWARD)
            cast.tokens[name] = secret
        cast.registered = register_all(
            ledger,
            things,
            cast.rightsholders,
            STEWARD,
            lambda done: report("registering", done, len(things)),
        )
        platform = register_platform(ledger, "Tour Platform", "Tour Platform Ltd", STEWARD)
        signer = FileSigner.create(stage.folder / "tour-platform.key")
        add_platform_key(ledger, platform, signer.public.jwk, STEWARD)
    stage.enter_platform(signer)
    schemes = sorted({_scheme(text) for each in listed for text in each.identifiers})
    size = sum(path.stat().st_size for path, _ in hashed)
    links = sum(len(each.needs) for each in things)
    page.rows(
        [
            (len(listed), "works", f"by {_count(listed)} identifiers: {', '.join(schemes)}"),
            (len(hashed), "files", f"by SHA-256, {size:,} bytes read where they lie, none copied"),
            (links, "links", "recording to composition, track to release"),
        ]
    )
    for path, each in hashed[:2]:
        page.line(f"{path.name}  {shortened(each.identifiers[0], 40)}")
    page.line(f"All in one transaction, each with its own entry in the log: {page.took()}")
    return cast


def declare(stage: Stage, page: Page, cast: Cast) -> None:
    """Artists' programs declare over HTTP; a steward vouches and confirms what loosens."""
    page.scene("Preferences are declared: no is immediate, yes waits and needs proof")
    whole = {"catalogue": True}
    asking = {"preference": "conditional", "contact": CONTACT}
    rows = []
    said = say(stage, cast, LABEL, {"subject": whole, "preset": "no-generative-ai"})
    rows.append((GLYPHS["deny"], LABEL, "no generative AI", "whole catalogue", _since(said)))
    said = say(stage, cast, ARTIST, {"subject": whole, "preset": "no-ai"})
    rows.append((GLYPHS["deny"], ARTIST, "no AI", "whole catalogue", _since(said)))
    said = say(stage, cast, LABEL, {"subject": _work(cast, DENIED), "preset": "no-ai"})
    rows.append((GLYPHS["deny"], LABEL, "no AI", _title(cast, DENIED), _since(said)))
    cast.record = said["id"]
    loosening = []
    said = say(
        stage,
        cast,
        LABEL,
        {"subject": _work(cast, ON_REQUEST), "preferences": {GENERATIVE: asking}},
    )
    loosening.append(said["id"])
    rows.append(
        (GLYPHS["conditional"], LABEL, "ask me first", _title(cast, ON_REQUEST), _since(said))
    )
    for ref in OPEN:
        said = say(
            stage,
            cast,
            LIBRARY,
            {"subject": _work(cast, ref), "preferences": {GENERATIVE: "allow"}},
        )
        loosening.append(said["id"])
        rows.append((GLYPHS["allow"], LIBRARY, "yes", _title(cast, ref), _since(said)))
    page.rows(rows)
    with stage.registry.writing() as ledger:
        for identifier in cast.registered[ON_REQUEST].listed.identifiers:
            attest_claim(ledger, _claim(cast, ON_REQUEST), STEWARD, "tour", identifier=identifier)
        attest_claim(ledger, _claim(cast, OPEN[0]), STEWARD, "tour", prefix=OPEN_PREFIX)
        for id in loosening:
            confirm_loosening(ledger, id, STEWARD)
    page.line(
        f"What loosens counts once confirmed. A steward vouched for two identifiers and the prefix {OPEN_PREFIX}, "
        f"and confirmed {len(loosening)} loosenings."
    )
    page.line(
        f"They wait {LOOSENING_SECONDS} seconds here, so that you need not; in earnest it is 72 hours."
    )


def look_at_record(stage: Stage, page: Page, cast: Cast) -> None:
    """One signed record, a few of its members, and its receipt; both are kept for the last scene."""
    page.scene("One of them as a signed record, with its receipt")
    jws = stage.get(f"/v1/records/{cast.record}", "application/vc+jwt").decode()
    proof = stage.get(f"/v1/records/{cast.record}/proof", "text/plain").decode()
    (stage.folder / "record.jwt").write_text(jws)
    (stage.folder / "record.tlog-proof").write_text(proof)
    header, payload, signature = jws.strip().split(".")
    credential = parse_json_object(base64url.decode(payload), "record")
    subject = credential["credentialSubject"]
    said = ", ".join(f"{each['usage']} {each['preference']}" for each in subject["preferences"][:3])
    receipt = TlogProof.parse(proof)
    origin, size, root = receipt.checkpoint.split("\n")[:3]
    for name, value in json.loads(base64url.decode(header)).items():
        page.rows([(f"{name:<11}", shortened(str(value), 80))])
    page.rows(
        [
            ("says       ", f"{said}, … ({len(subject['preferences'])} uses)"),
            ("who        ", subject["rightsholder"]["name"]),
            (
                "about      ",
                f"{subject['subject']['title']}  {subject['subject']['identifiers'][0]}",
            ),
            ("since      ", credential["validFrom"]),
            (
                "signature  ",
                f"{len(base64url.decode(signature))} bytes over {len(payload):,} characters",
            ),
            (
                "receipt    ",
                f"entry {receipt.index} of {size} in {origin}, {len(receipt.hashes)} hashes up",
            ),
            ("log's root ", root),
        ]
    )


def say(stage: Stage, cast: Cast, name: str, members: dict[str, Any]) -> dict[str, Any]:
    """A declaration by an artist's program, with a personal token. Returns the registry's reply."""
    return stage.post("/v1/declarations", members, cast.tokens[name])


def _work(cast: Cast, ref: str) -> dict[str, str]:
    return {"work": cast.registered[ref].work}


def _claim(cast: Cast, ref: str) -> str:
    return cast.registered[ref].claim


def _title(cast: Cast, ref: str) -> str:
    return shortened(cast.registered[ref].listed.title, 22)


def _since(said: dict[str, Any]) -> str:
    waits = said.get("takes_effect_at")
    return "at once" if waits is None else f"from {waits[11:19]} UTC"


def _scheme(text: str) -> str:
    return "url" if text.startswith(("http://", "https://")) else text.partition(":")[0]


def _count(listed: list[Any]) -> int:
    return sum(len(each.identifiers) for each in listed)
