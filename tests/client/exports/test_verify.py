"""What the verifier says of an export: of keys that changed or leaked, of heads, of what it was not given."""

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from registry.client.exports.verify import MEANINGS, Trusted, verify_export
from registry.client.published import PublishedKeys
from registry.errors import InvalidInput, KeyRefused
from registry.instants import rfc3339
from registry.services.erase import erase
from registry.services.keep_keys import report_compromise, rotate_key
from registry.signing import base64url
from registry.signing.content_digest import content_digest
from registry.signing.jws import sign_jws
from registry.signing.keyring import verification_method
from registry.signing.keys import KeyPurpose
from tests.conftest import FreshDatabase
from tests.exported import Rewriter, exported, log_keys, rebag, verified
from tests.prepared import PreparedStore, copied_desk
from tests.registries import DAY, STEWARD, Desk, open_desk


@pytest.fixture
def small(
    tmp_path: Path, fresh_database: FreshDatabase, prepared_store: Callable[[str], PreparedStore]
) -> Any:
    desk = copied_desk(prepared_store("sqlite"), tmp_path, fresh_database("sqlite"))
    desk.declare(desk.work("isrc:GBAYE0601498")[0], search="deny")
    yield desk
    desk.registry.close()


def rotate(desk: Desk, *purposes: KeyPurpose) -> None:
    for purpose in purposes or tuple(KeyPurpose):
        desk.clock.forward(1000)
        with desk.registry.writing() as ledger:
            rotate_key(ledger, desk.registry.key_files, purpose, STEWARD)
    desk.clock.forward(10_000)  # other transactions read the keys anew after some seconds


def test_without_a_key_it_is_only_shown_to_agree_with_itself(small: Desk, tmp_path: Path) -> None:
    exported(small, tmp_path / "export")
    found = verify_export(tmp_path / "export", Trusted())
    assert found.holds
    assert "whose log this is" in found.unsettled[0]
    assert verified(small, tmp_path / "export").unsettled == []


def test_a_key_of_another_log_and_one_that_is_none(small: Desk, tmp_path: Path) -> None:
    exported(small, tmp_path / "export")
    other = open_desk(tmp_path / "other", f"sqlite:///{tmp_path / 'other.sqlite3'}")
    found = verify_export(tmp_path / "export", Trusted(log_keys(other)))
    assert (found.code, found.meaning) == ("checkpoint", MEANINGS["checkpoint"])
    with pytest.raises(KeyRefused):
        verify_export(tmp_path / "export", Trusted(("nonsense",)))
    with pytest.raises(InvalidInput, match="neither a folder nor a zip"):
        verify_export(tmp_path / "nowhere", Trusted())
    other.registry.close()


def test_a_zip_with_two_files_of_one_name_is_reported_like_whatever_else_is_wrong(
    small: Desk, tmp_path: Path
) -> None:
    exported(small, tmp_path / "export.zip")
    with zipfile.ZipFile(tmp_path / "export.zip", "a") as archive:
        name = next(each for each in archive.namelist() if each.endswith("/checkpoint"))
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr(name, "another")
    found = verified(small, tmp_path / "export.zip")
    assert (found.code, found.wrong) == ("bag", "the zip has two files of one name")


def test_keys_may_change_and_what_they_signed_stays_good(small: Desk, tmp_path: Path) -> None:
    before = exported(small, tmp_path / "before")
    document = (tmp_path / "before/data/keys/did.json").read_bytes()
    rotate(small)
    small.declare(small.work("isrc:USRC17607839")[0], search="deny")
    exported(small, tmp_path / "after")
    found = verified(small, tmp_path / "after", heads=[tmp_path / "before"])
    assert found.holds, found
    assert (found.records, found.heads) == (2, [f"before: {before.size} entries"])
    # of the older checkpoint again, signed by keys that came after it
    exported(small, tmp_path / "again", at=str(before.size))
    assert verified(small, tmp_path / "again").code == "manifest"
    newer = PublishedKeys.read((tmp_path / "after/data/keys/did.json").read_bytes())
    assert verified(small, tmp_path / "again", newer=newer).holds
    assert (tmp_path / "again/data/keys/did.json").read_bytes() == document


def test_a_key_that_leaked_later_signs_no_export_of_the_past(small: Desk, tmp_path: Path) -> None:
    kid = small.registry.signers()[KeyPurpose.ANSWERS].kid
    exported(small, tmp_path / "export")
    since = small.clock.forward(DAY)
    with small.registry.writing() as ledger:
        report_compromise(ledger, small.registry.key_files, kid, since, STEWARD)
    small.clock.forward(10_000)
    exported(small, tmp_path / "after")
    newer = PublishedKeys.read((tmp_path / "after/data/keys/did.json").read_bytes())
    assert verified(small, tmp_path / "export").holds
    found = verified(small, tmp_path / "export", newer=newer)
    assert (found.code, "reported as compromised" in str(found.wrong)) == ("manifest", True)


def test_what_a_leaked_key_signed_is_counted_as_doubtful(small: Desk, tmp_path: Path) -> None:
    kid = small.registry.signers()[KeyPurpose.RECORDS].kid
    since = small.clock.forward(DAY)
    small.declare(small.work("isrc:USRC17607839")[0], search="deny")
    small.clock.forward(DAY)
    with small.registry.writing() as ledger:
        report_compromise(ledger, small.registry.key_files, kid, since, STEWARD)
    small.clock.forward(10_000)
    exported(small, tmp_path / "export")
    found = verified(small, tmp_path / "export")
    assert found.holds, found
    assert (found.records, found.doubtful) == (2, 1)
    assert "revoked" in (tmp_path / "export/data/keys/did.json").read_text()


def test_a_head_that_cannot_be_read_or_is_not_of_this_log(small: Desk, tmp_path: Path) -> None:
    exported(small, tmp_path / "export")
    note = (tmp_path / "export/data/log/checkpoint").read_text()
    (tmp_path / "bent").write_text(note.replace("registry.example/log\n", "registry.example/lag\n"))
    assert verified(small, tmp_path / "export", heads=[tmp_path / "bent"]).code == "head"
    (tmp_path / "kept").write_text(note)
    assert verified(small, tmp_path / "export", heads=[tmp_path / "kept"]).holds
    small.declare(small.work("isrc:USRC17607839")[0], search="deny")
    exported(small, tmp_path / "newer")
    found = verified(small, tmp_path / "export", heads=[tmp_path / "newer"])
    assert (found.code, "the export ends at" in str(found.wrong)) == ("head", True)


@pytest.mark.parametrize(
    ("member", "value", "words"),
    [
        ("size", 7, "another checkpoint"),
        ("origin", "x/log", "another checkpoint"),
        ("scope", {"category": ["search"]}, "no place in an export of this scope"),
        ("scope", {"invented": ["x"]}, "cannot be read"),
        ("scope", {"rightsholder": []}, "narrows nothing"),
        ("rows", 7, "counts other"),
        ("withheld", 1, "counts other"),
        ("time", "2026-01-01T00:00:00.000Z", None),
        ("format", "2", "update it"),
        ("issuer", "did:web:elsewhere", None),
        ("files", {}, "does not name"),
    ],
)
def test_a_manifest_that_says_what_is_not_so_is_found(
    small: Desk, tmp_path: Path, member: str, value: Any, words: str | None
) -> None:
    """Signed by the registry's own key: what it says is held against what is there."""
    exported(small, tmp_path / "export")
    path = tmp_path / "export/export.jws"
    members = json.loads(base64url.decode(path.read_text().split(".")[1]))
    members[member] = value
    signer = small.registry.signers()[KeyPurpose.ANSWERS]
    kid = verification_method(small.registry.place.issuer, signer.kid)
    payload = json.dumps(members).encode()
    path.write_text(sign_jws(payload, typ="consent-export+jwt", kid=kid, signer=signer))
    rebag(tmp_path / "export")
    found = verified(small, tmp_path / "export")
    assert not found.holds
    assert words is None or words in str(found.wrong), found


def test_a_manifest_of_another_kind_or_by_another_key_is_refused(
    small: Desk, tmp_path: Path
) -> None:
    for purpose, typ in ((KeyPurpose.RECORDS, "consent-export+jwt"), (KeyPurpose.ANSWERS, "x+jwt")):
        folder = tmp_path / purpose.value
        exported(small, folder)
        path = folder / "export.jws"
        payload = base64url.decode(path.read_text().split(".")[1])
        signer = small.registry.signers()[purpose]
        kid = verification_method(small.registry.place.issuer, signer.kid)
        path.write_text(sign_jws(payload, typ=typ, kid=kid, signer=signer))
        rebag(folder)
        found = verified(small, folder)
        assert (found.code, found.where) == ("manifest", "export.jws")


def test_a_status_list_that_is_wrong_is_found(small: Desk, tmp_path: Path) -> None:
    exported(small, tmp_path / "export")
    honest = Rewriter.of(small, tmp_path / "export")
    draft = honest.copy()
    del draft.files["data/status/1.jwt"]
    assert verified(small, draft.write(tmp_path / "missing")).code == "status"
    draft = honest.copy()
    draft.files["data/status/2.jwt"] = draft.files["data/status/1.jwt"]
    assert verified(small, draft.write(tmp_path / "twice")).code == "status"
    draft = honest.copy()
    draft.files["data/status/1.jwt"] = draft.status_with([*range(131_072)])
    all_set = draft.write(tmp_path / "all-set")
    assert verified(small, all_set).holds  # a convenience; the log decides:
    found = verified(small, all_set, replay=True)
    assert (found.code, "still stands" in str(found.wrong)) == ("status", True)


def test_a_key_document_that_is_not_the_logs_is_found(small: Desk, tmp_path: Path) -> None:
    exported(small, tmp_path / "export")
    path = tmp_path / "export/data/keys/did.json"
    honest = json.loads(path.read_text())
    changes: list[dict[str, Any]] = [
        {"id": "did:web:elsewhere"},
        {"verificationMethod": honest["verificationMethod"][1:]},
        {"assertionMethod": [each["id"] for each in honest["verificationMethod"]]},
    ]
    for number, change in enumerate(changes):
        draft = Rewriter.of(small, tmp_path / "export")
        draft.files["data/keys/did.json"] = json.dumps(honest | change).encode()
        found = verified(small, draft.write(tmp_path / str(number)))
        assert (found.code, found.where) == ("key", "data/keys/did.json")


def test_it_needs_nothing_but_the_files(small: Desk, tmp_path: Path) -> None:
    exported(small, tmp_path / "export.zip")
    keys = log_keys(small)
    shutil.rmtree(small.registry.settings.keys)
    found = verify_export(tmp_path / "export.zip", Trusted(keys))
    assert found.holds
    assert found.time == rfc3339(small.clock())[:-5] + found.time[-5:]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"withheld": "scope", "erased_by": None}, "is nobody's name outside of a scope"),
        ({"withheld": "scope"}, "does not say by which event it was erased"),
        ({"erased_by": None}, "does not say by which event it was erased"),
        ({"erased_by": 3}, "erased 2 bodies, and what is left of them is not what it says"),
        ({"erased_by": 99}, "erased 2 bodies, and what is left of them is not what it says"),
        ({"remains": {"type": "declaration.issued"}}, "cannot be read"),
        ({"bent": "allow"}, "what is left of them is not what it says"),
        (
            {"remains": {"type": "key.retired", "kid": "x", "purpose": "log"}},
            "is logged as rightsholder.registered, and is key.retired",
        ),
        (
            {"remains": {"type": "rightsholder.registered", "rightsholder": "x", "name": "R1"}},
            "is not what is left then",
        ),
        ({"withheld": None}, "has to have a body, or all that stands in its place"),
        ({"body": "x"}, "has to have a body, or all that stands in its place"),
        ({"more": 1}, "is no event"),
    ],
)
def test_what_stands_for_a_body_that_was_erased_is_looked_at(
    small: Desk, tmp_path: Path, change: dict[str, Any], words: str
) -> None:
    registry = small.registry
    small.declare(small.work("isrc:USRC17607839", by="Eve")[0], by="Eve", search="deny")
    with registry.reading() as uow:
        head = uow.log.head()
    assert head is not None
    by = head.head.size
    erase(registry.writing, registry.import_files, small.rightsholder(), STEWARD, titles=False)
    exported(small, tmp_path / "export")
    whole = verified(small, tmp_path / "export")
    assert (whole.holds, whole.erased, whole.withheld) == (True, 2, 2)
    draft = Rewriter.of(small, tmp_path / "export")
    kind = "declaration.issued" if "bent" in change else "rightsholder.registered"
    event = next(each for each in draft.events if each["type"] == kind)
    assert (event["withheld"], event["erased_by"]) == ("erased", by)
    if "bent" in change:
        event["remains"]["statements"][0]["preference"] = change["bent"]
    else:
        event.update(change)
    if event["erased_by"] is None:
        del event["erased_by"]
    found = verified(small, draft.write(tmp_path / "bent"))
    assert (found.code, words in str(found.wrong)) == ("event", True), found


@pytest.mark.parametrize("erased_by", [99, 1 << 40])
def test_what_nobody_erases_cannot_be_said_to_be_erased(
    small: Desk, tmp_path: Path, erased_by: int
) -> None:
    """Or whoever has no key at all puts their own in the place of the registry's, and signs with that."""
    exported(small, tmp_path / "export")
    other = open_desk(tmp_path / "other", f"sqlite:///{tmp_path / 'other.sqlite3'}")
    draft = Rewriter.of(small, tmp_path / "export")
    draft.signers[KeyPurpose.ANSWERS] = signer = other.registry.signers()[KeyPurpose.ANSWERS]
    event = next(each for each in draft.events if '"purpose":"answers"' in each.get("body", ""))
    body = event.pop("body")
    remains = json.loads(body) | {"kid": signer.kid, "jwk": dict(signer.public.jwk)}
    del remains["salt"]
    event.update(digest=content_digest(body.encode()), withheld="erased", remains=remains)
    event["erased_by"] = erased_by
    found = verified(small, draft.write(tmp_path / "forged"))
    assert (found.code, found.where) == ("event", f"event {event['index']}")
    assert "is not what is left then" in str(found.wrong)
    other.registry.close()


def test_a_retired_key_does_not_sign_the_past_of_a_scope(small: Desk, tmp_path: Path) -> None:
    retired = small.registry.signers()[KeyPurpose.ANSWERS]
    before = rfc3339(small.clock())
    rotate(small, KeyPurpose.ANSWERS)
    at = rfc3339(small.clock() - 10_000)
    exported(small, tmp_path / "export", platform=[small.platform()])
    path = tmp_path / "export/export.jws"
    members = json.loads(base64url.decode(path.read_text().split(".")[1]))
    kid = verification_method(small.registry.place.issuer, retired.kid)
    for time, words in ((before, "and it has an event of"), (at, "which was retired at")):
        payload = json.dumps({**members, "time": time}).encode()
        path.write_text(sign_jws(payload, typ="consent-export+jwt", kid=kid, signer=retired))
        rebag(tmp_path / "export")
        found = verified(small, tmp_path / "export")
        assert (found.code, words in str(found.wrong)) == ("manifest", True), found
