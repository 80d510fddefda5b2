"""The tour's uneasy moments: a mistyped identifier, and a stranger who would like a yes."""

from registry.cli.tour.page import Page, decided, shortened
from registry.cli.tour.scenes_said import DENIED, GENERATIVE, Cast
from registry.cli.tour.stage import STEWARD, Stage, seconds
from registry.client.ask import VERIFY, Asked, Asset, signed_question
from registry.instants import parse_rfc3339
from registry.services.open_account import issue_token, register_rightsholder
from registry.services.settle_loosening import confirm_loosening
from registry.signing.keys import generate


def mistype(stage: Stage, page: Page, cast: Cast) -> None:
    """An ISRC a digit short, beside a denied address and alone."""
    page.scene("An identifier with a digit missing")
    isrc, address = cast.registered[DENIED].listed.identifiers
    short = isrc[:-1]
    beside = stage.ask_one(short, address, usage=GENERATIVE)
    alone = stage.ask_one(short, usage=GENERATIVE)
    page.rows(
        [
            (short, "and its address", decided(beside)),
            (short, "alone", f"{decided(alone)}   opted out: {str(alone['opted_out']).lower()}"),
        ]
    )
    page.line(f"told: {alone['error']['detail']}")
    page.line("What cannot be read is neither a permission nor an absence.")


def intrude(stage: Stage, page: Page, cast: Cast) -> None:
    """A stranger claims the same recording and says yes; an unknown key asks; a question is replayed."""
    page.scene("A stranger tries")
    listed = cast.registered[DENIED].listed
    with stage.registry.writing() as ledger:
        stranger = register_rightsholder(ledger, "A stranger", STEWARD)
        _, token = issue_token(ledger, stranger, "tour", STEWARD)
    work = stage.post(
        "/v1/works",
        {
            "title": listed.title,
            "kind": listed.kind.value,
            "role": listed.role.value,
            "identifiers": list(listed.identifiers),
            "embodies": "mine",
        },
        token,
    )
    said = stage.post(
        "/v1/declarations",
        {"subject": {"work": work["id"]}, "preferences": {GENERATIVE: "allow"}},
        token,
    )
    with stage.registry.writing() as ledger:
        confirm_loosening(ledger, said["id"], STEWARD)
    stage.wait_until(parse_rfc3339(said["takes_effect_at"]))
    result = stage.ask_one(*listed.identifiers, usage=GENERATIVE)
    unknown, replayed = _unknown_key(stage), _replay(stage)
    page.rows(
        [
            (
                f"claims {shortened(listed.title, 30)} and says yes, in effect by now",
                decided(result),
            ),
            ("signs a question with a key of their own", unknown),
            ("sends an overheard question again", replayed),
        ]
    )


def _unknown_key(stage: Stage) -> str:
    target, body = stage.url + VERIFY, _question()
    signer = generate()
    headers = signed_question(target, body, signer, signer.kid, seconds())
    return _refused(stage, target, body, headers)


def _replay(stage: Stage) -> str:
    assert stage.asker is not None
    target, body = stage.url + VERIFY, _question()
    headers = signed_question(target, body, stage.asker.signer, stage.asker.keyid, seconds())
    stage.client.post(target, content=body, headers=headers)
    return _refused(stage, target, body, headers)


def _question() -> bytes:
    return Asked(GENERATIVE, [Asset(["isrc:GBAHT0500593"])]).body()


def _refused(stage: Stage, target: str, body: bytes, headers: dict[str, str]) -> str:
    response = stage.client.post(target, content=body, headers=headers)
    problem = response.json()
    code = str(problem.get("type", "")).rsplit("/", 1)[-1] or problem.get("title", "")
    return f"{response.status_code} {code}"
