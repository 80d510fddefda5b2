"""The request to a witness: written and read back as C2SP tlog-witness says, and nothing else is read."""

import pytest

from registry.errors import InvalidInput, VerificationFailed
from registry.tlog.add_checkpoint import MOST_PROOF_LINES, AddCheckpoint

# the body that the specification gives as its example
EXAMPLE = """\
old 20852014
PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=
"""  # noqa: E501


def test_the_specifications_example_is_read_and_written_to_the_byte() -> None:
    found = AddCheckpoint.parse(EXAMPLE.encode())
    assert (found.old, len(found.proof)) == (20852014, 4)
    assert found.checkpoint.startswith("example.com/behind-the-sofa\n20852163\n")
    assert found.encode() == EXAMPLE.encode()


def test_a_first_request_has_no_proof() -> None:
    assert AddCheckpoint.parse(b"old 0\n\nnote\n") == AddCheckpoint(0, (), "note\n")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"old 0\n",
        b"old 00\n\nnote\n",
        b"old -1\n\nnote\n",
        b"old \n\nnote\n",
        b"new 1\n\nnote\n",
        b"old 9223372036854775808\n\nnote\n",
        b"old 1\nAAAA\n\nnote\n",
        b"old 1\nnot base64\n\nnote\n",
        b"old 1\n" + 64 * (b"A" * 43 + b"=\n") + b"\nnote\n",
        b"old 1\n\n\xff",
    ],
)
def test_whatever_is_misspelt_is_refused(body: bytes) -> None:
    with pytest.raises(VerificationFailed):
        AddCheckpoint.parse(body)


def test_what_could_not_be_read_is_not_written() -> None:
    with pytest.raises(InvalidInput):
        AddCheckpoint(-1, (), "note\n")
    with pytest.raises(InvalidInput):
        AddCheckpoint(1, (b"\0" * 31,), "note\n")
    with pytest.raises(InvalidInput):
        AddCheckpoint(1, (bytes(32),) * (MOST_PROOF_LINES + 1), "note\n")
