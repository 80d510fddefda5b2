"""The seal of a record: the same for the same digest everywhere, another for any other, and nothing but a picture."""

import hashlib
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

import registry
from registry.domain.seal import SEAL_VERSION, seal
from registry.errors import InvalidInput

VECTORS = json.loads(
    (Path(registry.__file__).parent / "vectors" / "seals.json").read_text(encoding="utf-8")
)
SVG = "{http://www.w3.org/2000/svg}"
digests = st.binary(min_size=32, max_size=32)


def digest_on_the_edge(picture: str) -> str:
    """The digest as it is read back from the bars of the edge."""
    (dashes,) = re.findall(r'stroke-dasharray="([0-9 ]+)"', picture)
    return "".join(f"{int(bar) - 1:x}" for bar in dashes.split()[::2])


def test_the_published_vectors_are_met() -> None:
    assert VECTORS["version"] == SEAL_VERSION
    assert len(VECTORS["seals"]) >= 9
    for each in VECTORS["seals"]:
        assert seal(bytes.fromhex(each["digest"])) == each["svg"], each["name"]


@given(digests)
def test_the_whole_digest_can_be_read_back_from_the_edge(digest: bytes) -> None:
    assert digest_on_the_edge(seal(digest)) == digest.hex()


@given(digests)
def test_a_seal_is_a_small_picture_that_stays_within_its_frame(digest: bytes) -> None:
    picture = seal(digest)
    assert len(picture) < 2800
    root = ElementTree.fromstring(picture)
    assert {each.tag.removeprefix(SVG) for each in root.iter()} == {
        "svg",
        "circle",
        "path",
        "g",
        "use",
    }
    for path in root.iter(f"{SVG}path"):
        numbers = [int(each) for each in re.findall(r"-?\d+", path.attrib["d"])]
        ends = [(x, y) for x, y in zip(numbers[::2], numbers[1::2], strict=True)]
        assert all(x * x + y * y < 492 * 492 for x, y in ends)


@given(digests)
def test_every_copy_that_is_drawn_refers_to_a_part_of_the_same_seal(digest: bytes) -> None:
    root = ElementTree.fromstring(seal(digest))
    ids = {each.attrib["id"] for each in root.iter() if "id" in each.attrib}
    used = {each.attrib["href"] for each in root.iter(f"{SVG}use")}
    assert used == {f"#{id}" for id in ids}
    assert all(id.startswith(f"s{digest[:4].hex()}") for id in ids)


def test_one_changed_bit_changes_the_seal() -> None:
    digest = hashlib.sha256(b"a record").digest()
    for place in range(32):
        changed = bytes(byte ^ (place == at) for at, byte in enumerate(digest))
        assert seal(changed) != seal(digest)


def test_seals_of_different_records_do_not_look_alike() -> None:
    shapes = {
        re.sub(
            r'stroke-dasharray="[^"]*"|s[0-9a-f]{8}', "", seal(hashlib.sha256(bytes([n])).digest())
        )
        for n in range(200)
    }
    assert len(shapes) == 200


def test_a_title_names_the_picture_and_cannot_break_out_of_it() -> None:
    picture = seal(bytes(32), title="<script>&")
    assert "<title>&lt;script&gt;&amp;</title>" in picture
    assert 'role="img"' in picture
    assert 'aria-hidden="true"' in seal(bytes(32))


@pytest.mark.parametrize("size", [0, 31, 33, 64])
def test_only_a_digest_of_32_bytes_has_a_seal(size: int) -> None:
    with pytest.raises(InvalidInput, match="32 bytes"):
        seal(bytes(size))
