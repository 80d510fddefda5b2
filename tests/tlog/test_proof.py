"""Proofs that hold, and the many that must not: published vectors, and mutations of good ones."""

import base64
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.errors import InvalidInput, VerificationFailed
from registry.tlog.merkle import EMPTY_ROOT, leaf_hash
from registry.tlog.proof import TlogProof, verify_consistency, verify_inclusion
from tests.tlog.reference import NaiveTree

VECTORS = Path(__file__).parent.parent / "vectors" / "transparency-dev-merkle"
LEAVES = [leaf_hash(f"entry {number}".encode()) for number in range(600)]
NAIVE = NaiveTree(LEAVES)
CHECKPOINT = "example.com/log\n9\nsFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=\n\n— a aGVsbG8=\n"

# Its roots are the twelve bytes "don't care 2"; here a root is a hash, also where none is computed.
STRICTER_HERE = "consistency/additional/sizes-are-equal-one-and-proof-is-empty"


@cache
def vectors(kind: str) -> list[Path]:
    return sorted((VECTORS / kind).rglob("*.json"))


def named(path: Path) -> str:
    return path.relative_to(VECTORS).with_suffix("").as_posix()


def decoded(text: str | None) -> bytes:
    return base64.b64decode(text or "")


def expect(path: Path, vector: dict[str, Any], attempt: Callable[[], None]) -> None:
    if vector["wantErr"] or named(path) == STRICTER_HERE:
        with pytest.raises(VerificationFailed):
            attempt()
    else:
        attempt()


@pytest.mark.parametrize("path", vectors("inclusion"), ids=named)
def test_transparency_devs_inclusion_vectors_come_out_as_stated(path: Path) -> None:
    vector = json.loads(path.read_text())
    proof = [decoded(one) for one in vector["proof"] or ()]
    expect(
        path,
        vector,
        lambda: verify_inclusion(
            decoded(vector["leafHash"]),
            vector["leafIdx"],
            vector["treeSize"],
            proof,
            decoded(vector["root"]),
        ),
    )


@pytest.mark.parametrize("path", vectors("consistency"), ids=named)
def test_transparency_devs_consistency_vectors_come_out_as_stated(path: Path) -> None:
    vector = json.loads(path.read_text())
    proof = [decoded(one) for one in vector["proof"] or ()]
    expect(
        path,
        vector,
        lambda: verify_consistency(
            vector["size1"],
            decoded(vector["root1"]),
            vector["size2"],
            decoded(vector["root2"]),
            proof,
        ),
    )


def test_the_vectors_are_there_and_of_both_kinds() -> None:
    for kind in ("inclusion", "consistency"):
        outcomes = {json.loads(path.read_text())["wantErr"] for path in vectors(kind)}
        assert outcomes == {True, False}
    assert len(vectors("inclusion")) + len(vectors("consistency")) == 196


def a_mutation(data: st.DataObject, proof: list[bytes]) -> list[bytes]:
    """A proof that differs from `proof` in one bit, one hash more, fewer, or out of place."""
    kinds = ["more"] + (["bit", "fewer", "short"] if proof else [])
    if len(set(proof)) > 1:
        kinds.append("swapped")
    kind = data.draw(st.sampled_from(kinds))
    changed = list(proof)
    at = data.draw(st.integers(0, len(proof))) if kind == "more" else 0
    if kind == "more":
        changed.insert(at, data.draw(st.sampled_from([bytes(32), EMPTY_ROOT, *LEAVES[:3], *proof])))
        return changed
    at = data.draw(st.integers(0, len(proof) - 1))
    if kind == "fewer":
        del changed[at]
    elif kind == "short":
        changed[at] = changed[at][:-1]
    elif kind == "swapped":
        other = data.draw(st.integers(0, len(proof) - 1).filter(lambda n: proof[n] != proof[at]))
        changed[at], changed[other] = changed[other], changed[at]
    else:
        bit = data.draw(st.integers(0, 255))
        changed[at] = (int.from_bytes(proof[at], "big") ^ 1 << bit).to_bytes(32, "big")
    return changed


@settings(deadline=None, max_examples=400)
@given(st.data())
def test_a_mutated_inclusion_proof_never_verifies(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 600))
    index = data.draw(st.integers(0, size - 1))
    proof, root = NAIVE.path(index, 0, size), NAIVE.root(size)
    verify_inclusion(LEAVES[index], index, size, proof, root)
    with pytest.raises(VerificationFailed):
        verify_inclusion(LEAVES[index], index, size, a_mutation(data, proof), root)


@settings(deadline=None, max_examples=400)
@given(st.data())
def test_a_mutated_consistency_proof_never_verifies(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 600))
    old = data.draw(st.integers(0, size))
    proof, old_root, root = NAIVE.proof(old, size), NAIVE.root(old), NAIVE.root(size)
    verify_consistency(old, old_root, size, root, proof)
    with pytest.raises(VerificationFailed):
        verify_consistency(old, old_root, size, root, a_mutation(data, proof))


@settings(deadline=None, max_examples=200)
@given(st.data())
def test_a_good_proof_does_not_serve_another_index_leaf_or_root(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 600))
    index, other = data.draw(
        st.lists(st.integers(0, size - 1), min_size=2, max_size=2, unique=True)
    )
    proof, root = NAIVE.path(index, 0, size), NAIVE.root(size)
    for leaf, place, head in (
        (LEAVES[index], other, root),
        (LEAVES[other], index, root),
        (LEAVES[index], index, NAIVE.root(size - 1)),
    ):
        with pytest.raises(VerificationFailed):
            verify_inclusion(leaf, place, size, proof, head)


@pytest.mark.parametrize(("index", "size"), [(-1, 1), (1, 1), (0, 0), (0, 2**63), (-1, 0)])
def test_an_index_outside_the_log_is_refused_whatever_the_proof(index: int, size: int) -> None:
    with pytest.raises(VerificationFailed, match="cannot be in a log of"):
        verify_inclusion(LEAVES[0], index, size, [], LEAVES[0])


def test_a_rewritten_past_is_found_out() -> None:
    """The new log ends alike and its own proof is in order, but entry 100 is another."""
    forged = NaiveTree([*LEAVES[:100], leaf_hash(b"another"), *LEAVES[101:]])
    with pytest.raises(VerificationFailed, match="does not continue the log of 300"):
        verify_consistency(300, NAIVE.root(300), 500, forged.root(500), forged.proof(300, 500))


def test_two_roots_of_one_size_are_a_fork() -> None:
    with pytest.raises(VerificationFailed, match="forked"):
        verify_consistency(5, NAIVE.root(5), 5, NAIVE.root(6), [])


def test_every_log_continues_the_empty_log_if_that_has_its_proper_root() -> None:
    verify_consistency(0, EMPTY_ROOT, 5, NAIVE.root(5), [])
    verify_consistency(0, EMPTY_ROOT, 0, EMPTY_ROOT, [])
    with pytest.raises(VerificationFailed, match="not the root of an empty log"):
        verify_consistency(0, NAIVE.root(1), 5, NAIVE.root(5), [])


def test_a_log_that_grew_needs_a_proof() -> None:
    with pytest.raises(VerificationFailed, match="empty, yet the log grew"):
        verify_consistency(4, NAIVE.root(4), 5, NAIVE.root(5), [])


def test_a_log_cannot_shrink() -> None:
    with pytest.raises(VerificationFailed, match="cannot continue"):
        verify_consistency(5, NAIVE.root(5), 4, NAIVE.root(4), [])


@pytest.mark.parametrize(("change", "said"), [(1, "more"), (-1, "fewer")])
def test_a_proof_of_the_wrong_length_is_called_so(change: int, said: str) -> None:
    path, proof = NAIVE.path(300, 0, 600), NAIVE.proof(300, 600)
    path, proof = ([*one, bytes(32)] if change > 0 else one[:-1] for one in (path, proof))
    with pytest.raises(VerificationFailed, match=f"{said} hashes than the log has levels"):
        verify_inclusion(LEAVES[300], 300, 600, path, NAIVE.root(600))
    with pytest.raises(VerificationFailed, match=f"{said} hashes than the log needs"):
        verify_consistency(300, NAIVE.root(300), 600, NAIVE.root(600), proof)


def test_an_endless_proof_is_refused_before_it_is_followed() -> None:
    with pytest.raises(VerificationFailed, match="No proof has more than"):
        verify_inclusion(LEAVES[0], 0, 2**62, [bytes(32)] * 100_000, bytes(32))


# C2SP tlog-proof ------------------------------------------------------------------------------


def test_a_filed_proof_is_written_as_the_specification_shows_it() -> None:
    """The specification's own example, with a checkpoint that is whole."""
    text = (
        "c2sp.org/tlog-proof@v1\n"
        "extra b3BhcXVl\n"
        "index 73894\n"
        "gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=\n"
        "B95lDa8R83lS8n0eG+o0buTxRKQTYFi//1U8anccXmA=\n"
        "EKNzoDWG8LGC0Yp9o+sv3qllpMP9uHQ9B20KNL+Q1zs=\n"
        "RoopEkOdqkYqMB4MJXrbt/hMjOxsVn0IrWjpz1ZMMes=\n"
        "AHCioX9nLjsrse6YhjRRmk1WUEirVOLLRoOQ6vfO5vk=\n"
        "\n" + CHECKPOINT
    )
    proof = TlogProof.parse(text)
    assert (proof.index, len(proof.hashes), proof.extra) == (73894, 5, b"opaque")
    assert proof.hashes[0] == base64.b64decode("gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=")
    assert proof.checkpoint == CHECKPOINT
    assert proof.encode() == text


@given(
    st.integers(0, 2**63 - 2),
    st.lists(st.binary(min_size=32, max_size=32), max_size=64),
    st.none() | st.binary(max_size=50),
)
def test_a_filed_proof_is_read_back_as_it_was(
    index: int, hashes: list[bytes], extra: bytes | None
) -> None:
    proof = TlogProof(index, tuple(hashes), CHECKPOINT, extra)
    assert TlogProof.parse(proof.encode()) == proof


def test_a_proof_made_from_a_list_of_hashes_equals_one_made_from_a_tuple() -> None:
    assert TlogProof(0, [bytes(32)], CHECKPOINT) == TlogProof(0, (bytes(32),), CHECKPOINT)  # type: ignore[arg-type]


HASH = base64.b64encode(bytes(32)).decode()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "index 0\n\n" + CHECKPOINT,
        "c2sp.org/tlog-proof@v2\nindex 0\n\n" + CHECKPOINT,
        "c2sp.org/tlog-proof@v1\nindex 0\n",
        "c2sp.org/tlog-proof@v1\n\n" + CHECKPOINT,
        "c2sp.org/tlog-proof@v1\nindex 00\n\n" + CHECKPOINT,
        "c2sp.org/tlog-proof@v1\nindex +1\n\n" + CHECKPOINT,
        "c2sp.org/tlog-proof@v1\nindex -1\n\n" + CHECKPOINT,
        "c2sp.org/tlog-proof@v1\nindex ١\n\n" + CHECKPOINT,
        "c2sp.org/tlog-proof@v1\nindex 9223372036854775807\n\n" + CHECKPOINT,
        f"c2sp.org/tlog-proof@v1\nindex {'9' * 5000}\n\n" + CHECKPOINT,
        "c2sp.org/tlog-proof@v1\nindex 0\nextra YQ==\n\n" + CHECKPOINT,
        "c2sp.org/tlog-proof@v1\nextra YR==\nindex 0\n\n" + CHECKPOINT,
        "c2sp.org/tlog-proof@v1\nextra Y Q==\nindex 0\n\n" + CHECKPOINT,
        "c2sp.org/tlog-proof@v1\nindex 0\nAAAA\n\n" + CHECKPOINT,
        f"c2sp.org/tlog-proof@v1\nindex 0\n{HASH}\r\n\n" + CHECKPOINT,
        f"c2sp.org/tlog-proof@v1\nindex 0\n{HASH[:-2]}B=\n\n" + CHECKPOINT,
        "c2sp.org/tlog-proof@v1\nindex 0\n" + f"{HASH}\n" * 65 + "\n" + CHECKPOINT,
        "c2sp.org/tlog-proof@v1\nindex 0\n\n",
        "c2sp.org/tlog-proof@v1\nindex 0\n\n\n" + CHECKPOINT,
        "c2sp.org/tlog-proof@v1\nindex 0\n\nno newline",
        "c2sp.org/tlog-proof@v1\r\nindex 0\r\n\r\n" + CHECKPOINT,
    ],
)
def test_a_filed_proof_in_another_spelling_is_refused(text: str) -> None:
    with pytest.raises(VerificationFailed):
        TlogProof.parse(text)


@pytest.mark.parametrize(
    ("index", "hashes", "checkpoint"),
    [
        (-1, (), CHECKPOINT),
        (0, (b"short",), CHECKPOINT),
        (0, (bytes(32),) * 65, CHECKPOINT),
        (0, (), ""),
        (0, (), "no newline"),
    ],
)
def test_a_proof_that_could_not_be_filed_cannot_be_made(
    index: int, hashes: tuple[bytes, ...], checkpoint: str
) -> None:
    with pytest.raises(InvalidInput):
        TlogProof(index, hashes, checkpoint)
