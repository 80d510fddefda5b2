"""Many leaves at once are the leaves of each."""

from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from registry.tlog.entry import LogEntry, blind
from registry.tlog.many_leaves import digest_texts, leaf_hashes
from registry.tlog.merkle import leaf_hash

ENTRIES = st.tuples(
    st.sampled_from(["work.registered", "declaration.issued", "t"]),
    st.text(min_size=1),
    st.binary(min_size=32, max_size=32),
    st.integers(0, 4_000_000_000_000),
)


@given(st.lists(ENTRIES, max_size=5))
def test_the_leaves_of_a_run_are_those_of_its_entries(
    entries: list[tuple[str, str, bytes, int]],
) -> None:
    made = [LogEntry(type, blind(id), digest, at) for type, id, digest, at in entries]
    written = [entry.encode().decode().split('"') for entry in made]
    digests = digest_texts([entry.digest for entry in made])
    assert digests == [parts[13] for parts in written]
    leaves = leaf_hashes(
        [entry.type for entry in made],
        [id for _, id, _, _ in entries],
        digests,
        [parts[17] for parts in written],
    )
    assert leaves == [leaf_hash(entry.encode()) for entry in made]


def test_a_digest_is_spelt_as_in_rfc_9530() -> None:
    # RFC 9530, section 2: the SHA-256 of {"hello": "world"} and a line's end
    assert digest_texts([sha256(b'{"hello": "world"}\n').digest()]) == [
        "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:"
    ]
