"""The head of a log as text, C2SP tlog-checkpoint."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.errors import InvalidInput, VerificationFailed
from registry.tlog.checkpoint import Checkpoint
from registry.tlog.merkle import EMPTY_ROOT

# The example of the specification.
EXAMPLE = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
ROOT = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="

lines = st.text(
    st.characters(min_codepoint=0x20, exclude_categories=("Cs",)), min_size=1, max_size=20
)


def test_the_specifications_example_is_read_and_written() -> None:
    checkpoint = Checkpoint.parse(EXAMPLE)
    assert checkpoint == Checkpoint(
        "example.com/behind-the-sofa", 20852163, base64.b64decode(ROOT), ()
    )
    assert checkpoint.body() == EXAMPLE


@given(
    lines,
    st.integers(1, 2**63 - 1),
    st.binary(min_size=32, max_size=32),
    st.lists(lines, max_size=3).map(tuple),
)
def test_a_checkpoint_is_read_back_as_it_was(
    origin: str, size: int, root: bytes, extensions: tuple[str, ...]
) -> None:
    checkpoint = Checkpoint(origin, size, root, extensions)
    assert Checkpoint.parse(checkpoint.body()) == checkpoint


def test_the_head_of_an_empty_log_is_the_hash_of_nothing() -> None:
    text = Checkpoint("example.com/log", 0, EMPTY_ROOT).body()
    assert text == "example.com/log\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
    with pytest.raises(InvalidInput, match="empty log"):
        Checkpoint("example.com/log", 0, bytes(32))


def test_a_signed_note_is_not_taken_for_the_text_it_signs() -> None:
    with pytest.raises(VerificationFailed, match="verify its signatures first"):
        Checkpoint.parse(EXAMPLE + "\n— example.com/behind-the-sofa Az3grlgt\n")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        EXAMPLE.rstrip("\n"),
        EXAMPLE.replace("\n", "\r\n"),
        "\n" + EXAMPLE,
        EXAMPLE + "\n",
        "example.com/log\n1\n",
        f"example.com/log\n01\n{ROOT}\n",
        f"example.com/log\n-1\n{ROOT}\n",
        f"example.com/log\n+1\n{ROOT}\n",
        f"example.com/log\n1 \n{ROOT}\n",
        f"example.com/log\n1_0\n{ROOT}\n",
        f"example.com/log\n٣\n{ROOT}\n",
        f"example.com/log\n9223372036854775808\n{ROOT}\n",
        f"example.com/log\n0\n{ROOT}\n",
        f"example.com/log\n1\n{ROOT[:-1]}\n",
        f"example.com/log\n1\n{ROOT[:-2]}J=\n",
        f"example.com/log\n1\n{ROOT} \n",
        "example.com/log\n1\nAAAA\n",
        f"example.com/log\n1\n{ROOT}\nwith\ttab\n",
        f"exa\x00mple.com/log\n1\n{ROOT}\n",
    ],
)
def test_a_checkpoint_in_another_spelling_is_refused(text: str) -> None:
    with pytest.raises(VerificationFailed):
        Checkpoint.parse(text)


@pytest.mark.parametrize(
    ("origin", "size", "root", "extensions"),
    [
        ("", 1, bytes(32), ()),
        ("two\nlines", 1, bytes(32), ()),
        ("example.com/log", -1, bytes(32), ()),
        ("example.com/log", 2**63, bytes(32), ()),
        ("example.com/log", 1, bytes(31), ()),
        ("example.com/log", 1, bytes(32), ("",)),
        ("example.com/log", 1, bytes(32), ("a\nb",)),
    ],
)
def test_a_checkpoint_that_no_log_can_have_cannot_be_made(
    origin: str, size: int, root: bytes, extensions: tuple[str, ...]
) -> None:
    with pytest.raises(InvalidInput):
        Checkpoint(origin, size, root, extensions)
