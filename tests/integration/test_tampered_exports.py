"""Whatever is done to an export, the verifier finds it, with the log's key and one head that was kept before.

Each kind of tampering is tried with fifty seeds, and up to four strengths: somebody on the way who changes files; who
mends the bag as well; the registry itself, which signs rows and manifest anew; and the registry that writes its log
anew and signs that too. The last can only be told from an honest one by what somebody kept: so it touches what that
head covers.
"""

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest

from registry.client.exports.verify import Report, Trusted, verify_export
from registry.domain.ids import new_id
from registry.instants import parse_rfc3339, rfc3339
from registry.services.keep_keys import rotate_key
from registry.services.ledger import RECORD_TYPES
from registry.signing import base64url
from registry.signing.keyring import verification_method
from registry.signing.keys import KeyPurpose, Signer, generate
from tests.exported import Rewriter, exported, leaf_of, log_keys, rebag
from tests.registries import DAY, STEWARD, open_desk

SEEDS = range(50)
DENY = {"generative_training": "deny", "ai_input": "deny"}


@dataclass(frozen=True)
class Scene:
    """An honest export; an older one, whose head was kept; and who signs what."""

    export: Path
    older: Path
    keys: tuple[str, ...]
    honest: Rewriter
    kept: int
    retired: Signer

    def judged(self, path: Path) -> Report:
        return verify_export(path, Trusted(self.keys, heads=[self.older / "data/log/checkpoint"]))


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("tampered")
    desk = open_desk(folder, f"sqlite:///{folder / 'registry.sqlite3'}")
    for name, code in (("R1", 1), ("R2", 2), ("R3", 3)):
        work, claim = desk.work(f"isrc:GBAYE060149{code}", f"https://{name.lower()}.com/x", by=name)
        desk.prove(claim, f"isrc:GBAYE060149{code}")
        desk.declare(work, by=name, **DENY)
    retired = desk.registry.signers()[KeyPurpose.RECORDS]
    with desk.registry.writing() as ledger:
        rotate_key(ledger, desk.registry.key_files, KeyPurpose.RECORDS, STEWARD)
    desk.clock.forward(DAY)
    desk.declare(desk.work("iswc:T0345246801", by="R1")[0], **DENY)
    older = exported(desk, folder / "older")
    for code in range(3):
        desk.clock.forward(DAY)
        desk.declare(desk.work(f"isrc:USRC1760783{code}", by="R2")[0], by="R2", **DENY)
    exported(desk, folder / "export")
    honest = Rewriter.of(desk, folder / "export")
    yield Scene(folder / "export", older.path, log_keys(desk), honest, older.size, retired)
    desk.registry.close()


def places(scene: Scene, random: Random, count: int = 1) -> list[int]:
    """Indexes of events that the kept head covers, apart from the first ones, which are the registry's keys."""
    return sorted(random.sample(range(6, scene.kept), count))


def resign(event: dict[str, Any], change: Callable[[dict[str, Any]], Any], signer: Signer) -> None:
    """The record with something else in it, or its time, signed anew."""
    header, payload, _ = event["body"].split(".")
    credential = json.loads(base64url.decode(payload))
    change(credential)
    kid = verification_method(credential["issuer"], signer.kid)
    members = {**json.loads(base64url.decode(header)), "kid": kid, "alg": signer.algorithm}
    text = ".".join(
        base64url.encode(json.dumps(each, separators=(",", ":")).encode())
        for each in (members, credential)
    )
    event["body"] = f"{text}.{base64url.encode(signer.sign(text.encode()))}"


def appended(
    draft: Rewriter,
    random: Random,
    signer: Signer,
    *,
    earlier: int = 0,
    like: Sequence[dict[str, Any]] | None = None,
) -> None:
    """One more record at the end of the log, in every way as it should be but for its signer or time."""
    model = random.choice([e for e in (like or draft.events) if e["type"] in RECORD_TYPES])
    at = parse_rfc3339(draft.events[-1]["time"]) + 1000 - earlier
    fresh = {**model, "id": new_id(at), "time": rfc3339(at), "index": len(draft.events)}

    def change(credential: dict[str, Any]) -> None:
        credential["id"] = credential["id"].rpartition("/")[0] + "/" + fresh["id"]
        credential["consentRecord"]["recordId"] = fresh["id"]
        credential["consentRecord"]["event"]["time"] = fresh["time"]
        credential["credentialSubject"]["declaration"] = fresh["id"]

    resign(fresh, change, signer)
    draft.events.append(fresh)
    draft.hash_anew()
    draft.sign_head()


def allow(credential: dict[str, Any]) -> None:
    credential["credentialSubject"]["preferences"][0]["preference"] = "allow"


def edited(scene: Scene, draft: Rewriter, index: int) -> None:
    event = draft.events[index]
    if event["type"] in RECORD_TYPES:
        resign(event, allow, draft.signers[KeyPurpose.RECORDS])
    else:
        body = json.loads(event["body"])
        name = next(name for name in sorted(body) if name not in ("type", "salt"))
        body[name] = f"{body[name]}x" if isinstance(body[name], str) else None
        event["body"] = json.dumps(body)


# -- the kinds: each changes the draft; `anew` says that the log is written and signed anew --------------


def delete(scene: Scene, draft: Rewriter, random: Random, *, anew: bool) -> None:
    (index,) = places(scene, random)
    del draft.events[index]


def edit(scene: Scene, draft: Rewriter, random: Random, *, anew: bool) -> None:
    edited(scene, draft, places(scene, random)[0])


def reorder(scene: Scene, draft: Rewriter, random: Random, *, anew: bool) -> None:
    one, other = places(scene, random, 2)
    events = draft.events
    events[one], events[other] = events[other], events[one]
    if anew:
        events[one]["time"], events[other]["time"] = events[other]["time"], events[one]["time"]


def truncate(scene: Scene, draft: Rewriter, random: Random, *, anew: bool) -> None:
    left = random.randrange(7, scene.kept) if anew else random.randrange(7, len(draft.events))
    del draft.events[left:]


def swap_proofs(scene: Scene, draft: Rewriter, random: Random, *, anew: bool) -> None:
    one, other = places(scene, random, 2)
    if anew:
        first, second = draft.events[one], draft.events[other]
        for name in ("id", "body", "type"):
            first[name], second[name] = second[name], first[name]
    else:
        leaves = draft.leaves
        leaves[one], leaves[other] = leaves[other], leaves[one]


def fork(scene: Scene, draft: Rewriter, random: Random, *, anew: bool) -> None:
    """Another history from some entry on, of the same length or another."""
    (index,) = places(scene, random)
    del draft.events[index + random.randrange(1, 4) :]
    edited(scene, draft, index)
    while len(draft.events) <= scene.kept:
        signer = draft.signers[KeyPurpose.RECORDS]
        appended(draft, random, signer, like=scene.honest.events)


KINDS: dict[str, tuple[Any, set[str]]] = {
    "delete": (delete, {"bag", "manifest", "event", "head"}),
    "edit": (edit, {"bag", "manifest", "event", "head"}),
    "reorder": (reorder, {"bag", "manifest", "event", "head"}),
    "truncate": (truncate, {"bag", "manifest", "event", "head"}),
    "swap two proofs": (swap_proofs, {"bag", "manifest", "log", "event", "head"}),
    "fork": (fork, {"bag", "manifest", "event", "log", "head"}),
}


def somebody_on_the_way(scene: Scene, draft: Rewriter, path: Path, *, mended: bool) -> None:
    """Puts changed files in the place of the honest ones, and mends the bag or not; they have no key."""
    changed = draft.write(path.with_suffix(".changed"))
    shutil.copytree(scene.export, path)
    for name in ("events.jsonl", "leaves.bin"):
        shutil.copyfile(changed / "data/log" / name, path / "data/log" / name)
    if mended:
        rebag(path)


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_changed_is_found_however_well_it_is_hidden(
    scene: Scene, tmp_path: Path, kind: str
) -> None:
    change, codes = KINDS[kind]
    for seed in SEEDS:
        random = Random(f"{kind} {seed}")
        strength = seed % 4
        draft, path = scene.honest.copy(), tmp_path / str(seed)
        change(scene, draft, random, anew=strength == 3)
        if strength < 2:
            somebody_on_the_way(scene, draft, path, mended=strength == 1)
        else:
            if strength == 3:
                draft.hash_anew()
                draft.sign_head()
            elif kind == "fork":
                draft.note = scene.honest.note
            path = draft.write(path)
        found = scene.judged(path)
        assert not found.holds, (kind, seed)
        assert found.code in codes, (kind, seed, found)
        assert found.where, (kind, seed, found)
        assert found.meaning
        expected = {0: "bag", 3: "head"}.get(strength)
        assert expected in (None, found.code), (kind, seed, found)


def test_an_export_of_an_older_log_is_a_roll_back_for_whoever_kept_a_newer_head(
    scene: Scene, tmp_path: Path
) -> None:
    for seed in SEEDS:
        draft = scene.honest.copy()
        del draft.events[Random(seed).randrange(6, scene.kept) :]
        draft.hash_anew()
        draft.sign_head()
        path = draft.write(tmp_path / str(seed))
        found = scene.judged(path)
        assert (found.code, f"the log had {scene.kept}" in str(found.wrong)) == ("head", True)
        assert verify_export(path, Trusted(scene.keys)).code != "head"  # nothing else shows it


@pytest.mark.parametrize(
    ("who", "code", "words"),
    [
        ("a stranger", "key", "knows no such key"),
        ("the key for answers", "key", "knows no such key"),
        ("a key that was retired", "key", "was retired at"),
        ("nobody: another's signature", "record", "does not hold"),
    ],
)
def test_a_forged_record_is_found_though_the_log_has_it(
    scene: Scene, tmp_path: Path, who: str, code: str, words: str
) -> None:
    for seed in SEEDS:
        random, draft = Random(seed), scene.honest.copy()
        signer = {
            "a stranger": generate(),
            "the key for answers": draft.signers[KeyPurpose.ANSWERS],
            "a key that was retired": scene.retired,
        }.get(who, draft.signers[KeyPurpose.RECORDS])
        appended(draft, random, signer)
        if who.startswith("nobody"):
            body = draft.events[-1]["body"].split(".")
            other = random.choice([e for e in draft.events[:-1] if e["type"] in RECORD_TYPES])
            draft.events[-1]["body"] = ".".join([*body[:2], other["body"].split(".")[2]])
            draft.hash_anew()
            draft.sign_head()
        found = scene.judged(draft.write(tmp_path / str(seed)))
        assert (found.code, words in str(found.wrong)) == (code, True), (seed, found)
        assert found.where == f"record {draft.events[-1]['id']} (event {len(draft.events) - 1})"


def test_what_is_backdated_is_found(scene: Scene, tmp_path: Path) -> None:
    for seed in SEEDS:
        random, draft = Random(seed), scene.honest.copy()
        records = draft.signers[KeyPurpose.RECORDS]
        if seed % 2:  # an entry that is older than the one before it
            appended(draft, random, records, earlier=random.randrange(1001, 10 * DAY))
            expected = "event"
        else:  # a record that says of itself that it is older than its entry
            appended(draft, random, records)

            def earlier(credential: dict[str, Any], by: int = random.randrange(1, DAY)) -> None:
                event = credential["consentRecord"]["event"]
                event["time"] = rfc3339(parse_rfc3339(event["time"]) - by)

            resign(draft.events[-1], earlier, records)
            draft.hash_anew()
            draft.sign_head()
            expected = "record"
        found = scene.judged(draft.write(tmp_path / str(seed)))
        assert found.code == expected, (seed, found)


def test_a_head_that_the_log_did_not_sign_is_found(scene: Scene, tmp_path: Path) -> None:
    for seed in SEEDS:
        draft = scene.honest.copy()
        signer = (generate(), draft.signers[KeyPurpose.ANSWERS])[seed % 2]
        draft.sign_head(signer)
        assert scene.judged(draft.write(tmp_path / str(seed))).code == "checkpoint"


def test_a_row_that_is_changed_left_out_or_added_is_found(scene: Scene, tmp_path: Path) -> None:
    for seed in SEEDS:
        random, path = Random(seed), tmp_path / str(seed)
        shutil.copytree(scene.export, path)
        name = random.choice(("records.csv", "records.jsonl"))
        file = path / "data" / name
        lines = file.read_bytes().splitlines(keepends=True)
        place = random.randrange(1, len(lines))
        change = seed % 4
        if change == 0:
            lines[place] = lines[place].replace(b'"deny"', b'"allow"')
        elif change == 1:
            del lines[place]
        elif change == 2:
            lines.insert(place, lines[place])
        else:
            other = (place - 1) or 2
            lines[place], lines[other] = lines[other], lines[place]
        file.write_bytes(b"".join(lines))
        rebag(path)
        found = scene.judged(path)
        assert (found.code, str(found.where).startswith(f"data/{name}")) == ("rows", True), seed


def test_what_was_not_changed_is_not_found_wrong(scene: Scene, tmp_path: Path) -> None:
    """Else all of the above would prove nothing."""
    assert scene.judged(scene.export).holds
    draft = scene.honest.copy()
    draft.hash_anew()
    draft.sign_head()
    again = draft.write(tmp_path / "again")
    assert scene.judged(again).holds
    for name in ("data/log/events.jsonl", "data/log/leaves.bin", "data/records.csv", "export.jws"):
        assert (again / name).read_bytes() == (scene.export / name).read_bytes()
    appended(draft, Random(0), draft.signers[KeyPurpose.RECORDS])
    grown = scene.judged(draft.write(tmp_path / "grown"))
    assert grown.holds, grown
    assert leaf_of(draft.events[-1]) == draft.leaves[-1]
