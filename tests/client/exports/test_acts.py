"""Whatever is done to the acts of an export is found, and the act is named."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from registry.client.exports.verify import MEANINGS, Report
from registry.signing import base64url
from registry.signing.jws import sign_jws
from registry.signing.keyring import verification_method
from registry.signing.keys import KeyPurpose
from registry.tlog.merkle import leaf_hash
from tests.acted import acted
from tests.exported import Rewriter, exported, rebag, verified
from tests.registries import Desk, open_desk

ACTS = "data/acts.jsonl"
LEAVES = "data/log/act-leaves.bin"
PROOFS = "data/log/act-proofs.jsonl"
Lines = list[bytes]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("acts")
    desk = open_desk(folder, f"sqlite:///{folder / 'registry.sqlite3'}")
    people = acted(desk)
    exported(desk, folder / "whole")
    exported(desk, folder / "some", rightsholder=[people.first])
    yield desk, folder
    desk.registry.close()


def changed(lines: Lines, at: int) -> str:
    act = json.loads(lines[at])
    act["actor"] = "mallory"
    lines[at] = json.dumps(act, separators=(",", ":")).encode()
    return str(act["id"])


def respelt(lines: Lines, at: int) -> str:
    lines[at] = lines[at].replace(b'"act":', b'"act": ')
    return str(json.loads(lines[at])["id"])


def dropped(lines: Lines, at: int) -> str:
    del lines[at]
    return str(json.loads(lines[at])["id"])


def added(lines: Lines, at: int) -> str:
    act = json.loads(lines[at])
    act["id"] = act["id"][:-6] + "aaaaaa"
    lines.insert(at, json.dumps(act, separators=(",", ":")).encode())
    return str(act["id"])


def doubled(lines: Lines, at: int) -> str:
    lines.insert(at + 1, lines[at])
    return str(json.loads(lines[at])["id"])


def swapped(lines: Lines, at: int) -> str:
    lines[at], lines[at + 1] = lines[at + 1], lines[at]
    return str(json.loads(lines[at])["id"])


SAID = {
    changed: "it was changed",
    respelt: "it was changed",
    dropped: "was left out",
    added: "was put in",
    doubled: "was put in",
    swapped: "in each other's place",
}


def tampered(folder: Path, name: str, change: Callable[[Lines], Any], file: str = ACTS) -> Any:
    """A copy in which somebody changed this file and mended the bag: (its folder, what `change` gave)."""
    copy = folder / f"{name}-tampered"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(folder / name, copy)
    lines = (copy / file).read_bytes().splitlines()
    given = change(lines)
    (copy / file).write_bytes(b"".join(line + b"\n" for line in lines))
    rebag(copy)
    return copy, given


def wrong(found: Report) -> str:
    assert (found.holds, found.code) == (False, "act"), found
    assert found.meaning == MEANINGS["act"]
    return str(found.wrong)


@pytest.mark.parametrize("how", SAID, ids=lambda how: how.__name__)
@pytest.mark.parametrize("name", ["whole", "some"])
def test_an_act_that_was_tampered_with_is_named(
    scene: tuple[Desk, Path], name: str, how: Callable[[Lines, int], str]
) -> None:
    desk, folder = scene
    count = len((folder / name / ACTS).read_bytes().splitlines())
    for at in range(count - 1):
        copy, id = tampered(folder, name, lambda lines, at=at: how(lines, at))
        words = wrong(verified(desk, copy))
        assert id in words
        assert SAID[how] in words


@pytest.mark.parametrize("name", ["whole", "some"])
def test_acts_that_are_missing_at_the_end_or_stand_behind_it_are_found(
    scene: tuple[Desk, Path], name: str
) -> None:
    desk, folder = scene
    copy, _ = tampered(folder, name, lambda lines: lines.pop())
    assert "those at the end were left out" in wrong(verified(desk, copy))
    copy, _ = tampered(folder, name, lambda lines: lines.append(lines[-1]))
    assert "after the last that was logged" in wrong(verified(desk, copy))
    copy, _ = tampered(folder, name, lambda lines: lines.clear())
    assert "there are 0 acts" in wrong(verified(desk, copy))
    copy, _ = tampered(folder, name, lambda lines: lines.insert(0, b"{"))
    assert "put in" in wrong(verified(desk, copy))


def test_hashes_that_are_made_to_fit_do_not_give_the_root(scene: tuple[Desk, Path]) -> None:
    desk, folder = scene

    def forge(lines: Lines) -> bytes:
        changed(lines, 4)
        return b"".join(map(leaf_hash, lines))

    copy, leaves = tampered(folder, "whole", forge)
    honest = (folder / "whole" / LEAVES).read_bytes()
    for content, words in (
        (leaves, "do not give the root that was logged"),
        (honest[32:64] + honest[:32] + honest[64:], "do not give the root that was logged"),
        (honest[:-32], "hashes are missing"),
        (honest[:-1], "hashes are missing"),
        (honest + bytes(32), "more hashes of acts"),
    ):
        (copy / LEAVES).write_bytes(content)
        rebag(copy)
        assert words in wrong(verified(desk, copy))


def bent(line: dict[str, Any], **more: Any) -> bytes:
    return json.dumps({**line, **more}).encode()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda p: [bent(p[0], event=3), *map(bent, p[1:])], "leads to no root in the log"),
        (lambda p: [bent(p[0], proof=["AA=="]), *map(bent, p[1:])], "it was changed, or moved"),
        (lambda p: [bent(p[0], index=1 << 70), *map(bent, p[1:])], "is out of order"),
        (lambda p: [bent(p[0], index=-1), *map(bent, p[1:])], "it was changed, or moved"),
        (lambda p: [bent(p[0], more=1), *map(bent, p[1:])], "leads to no root"),
        (lambda p: [bent(p[1]), bent(p[0]), *map(bent, p[2:])], "is out of order"),
        (lambda p: [*map(bent, p), bent(p[-1])], "is out of order, or there twice"),
        (lambda p: map(bent, p[:-1]), "after the last that was logged"),
    ],
)
def test_proofs_that_are_none_are_found(
    scene: tuple[Desk, Path], change: Callable[[Any], Any], words: str
) -> None:
    desk, folder = scene

    def rewrite(lines: Lines) -> None:
        lines[:] = change([json.loads(line) for line in lines])

    copy, _ = tampered(folder, "some", rewrite, PROOFS)
    assert words in wrong(verified(desk, copy))


def test_an_act_that_was_left_out_with_its_proof_is_missed_by_the_manifest(
    scene: tuple[Desk, Path],
) -> None:
    desk, folder = scene
    copy, _ = tampered(folder, "some", lambda lines: lines.pop(2))
    proofs = (copy / PROOFS).read_bytes().splitlines(keepends=True)
    (copy / PROOFS).write_bytes(b"".join(proofs[:2] + proofs[3:]))
    rebag(copy)
    assert "the manifest counts" in wrong(verified(desk, copy))


def test_files_that_are_not_there_or_should_not_be(scene: tuple[Desk, Path]) -> None:
    desk, folder = scene
    for name, file, other in (("whole", LEAVES, PROOFS), ("some", PROOFS, LEAVES)):
        copy, _ = tampered(folder, name, lambda _lines: None)
        (copy / other).write_bytes(b"")
        rebag(copy)
        assert "has no place" in wrong(verified(desk, copy))
        (copy / other).unlink()
        for gone in (file, ACTS):
            kept = (copy / gone).read_bytes()
            (copy / gone).unlink()
            rebag(copy)
            found = verified(desk, copy)
            assert (found.code, found.where) == ("bag", gone)
            (copy / gone).write_bytes(kept)


def test_an_export_from_before_there_were_acts_in_it_holds_and_says_so(
    scene: tuple[Desk, Path],
) -> None:
    desk, folder = scene
    draft = Rewriter.of(desk, folder / "whole")
    draft.acts = {}
    older = draft.write(folder / "older")
    found = verified(desk, older)
    assert (found.holds, found.acts, found.acts_until) == (True, None, None)
    (older / ACTS).write_bytes((folder / "whole" / ACTS).read_bytes())
    rebag(older)
    assert "does not speak of acts" in wrong(verified(desk, older))


def test_a_registry_that_counts_other_acts_in_its_manifest_is_found(
    scene: tuple[Desk, Path],
) -> None:
    desk, folder = scene
    copy, _ = tampered(folder, "some", lambda _lines: None)
    path = copy / "export.jws"
    members = json.loads(base64url.decode(path.read_text().split(".")[1]))
    members["acts"] += 1
    signer = desk.registry.signers()[KeyPurpose.ANSWERS]
    kid = verification_method(desk.registry.place.issuer, signer.kid)
    payload = json.dumps(members).encode()
    path.write_text(sign_jws(payload, typ="consent-export+jwt", kid=kid, signer=signer))
    rebag(copy)
    assert "the manifest counts" in wrong(verified(desk, copy))
