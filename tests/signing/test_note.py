"""Signed notes and the keys that verify them, C2SP signed-note and tlog-cosignature."""

import base64
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.errors import InvalidInput, KeyRefused, VerificationFailed
from registry.signing.keys import MemorySigner
from registry.signing.note import (
    add_cosignature,
    add_signature,
    cosigner_vkey,
    parse_vkey,
    sign_note,
    take_cosignature,
    verify_note,
    vkey,
)

# The example that ends the specification.
EXAMPLE_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
EXAMPLE_NOTE = (
    "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONn"
    "cAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)

LOG = "registry.example/log"
WITNESS = "witness.example/w1"
HEAD = "registry.example/log\n9\nsFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=\n"


def signer(of: str) -> MemorySigner:
    return MemorySigner.from_seed(sha256(of.encode()).digest())


def signed(text: str = HEAD, name: str = LOG) -> str:
    key = signer(name)
    return sign_note(text, name, key.public.raw, key.sign)


def key_of(name: str) -> str:
    return vkey(name, signer(name).public.raw)


def test_the_specifications_example_verifies() -> None:
    note = verify_note(EXAMPLE_NOTE, [EXAMPLE_KEY])
    assert note.text == "This is an example message.\n"
    assert note.signed_by == ("example.com/foo",)


def test_the_specifications_verifier_key_is_read_and_written() -> None:
    key = parse_vkey(EXAMPLE_KEY)
    assert (key.name, key.key_hash.hex()) == ("example.com/foo", "530d903a")
    assert vkey(key.name, key.public_key) == EXAMPLE_KEY


def test_a_signed_note_is_its_text_an_empty_line_and_a_signature_line() -> None:
    note = signed()
    assert note.startswith(HEAD + "\n— registry.example/log ")
    assert note.endswith("\n")
    assert verify_note(note, [key_of(LOG)]).text == HEAD


texts = st.text(st.characters(min_codepoint=0x20, exclude_categories=("Cs",)) | st.just("\n"))


@settings(deadline=None)
@given(texts.map(lambda text: text + "\n"))
def test_any_text_comes_out_of_a_note_as_it_was_signed(text: str) -> None:
    assert verify_note(signed(text), [key_of(LOG)]).text == text


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_a_note_with_any_character_changed_does_not_give_another_text(data: st.DataObject) -> None:
    """A changed signature line may become an unknown key's; a changed text may never verify."""
    note = signed()
    at = data.draw(st.integers(0, len(note) - 1))
    other = data.draw(st.characters(exclude_categories=("Cs",)).filter(lambda c: c != note[at]))
    with pytest.raises(VerificationFailed):
        verify_note(note[:at] + other + note[at + 1 :], [key_of(LOG)])


def test_signatures_by_unknown_keys_are_ignored_beside_a_known_one() -> None:
    stranger = signer("stranger")
    note = add_signature(signed(), "stranger.example", stranger.public.raw, stranger.sign)
    assert verify_note(note, [key_of(LOG)]).signed_by == (LOG,)


def test_a_note_that_only_unknown_keys_signed_says_whom_it_would_need() -> None:
    with pytest.raises(VerificationFailed, match=r"Known: witness.*signed by: registry") as refused:
        verify_note(signed(), [key_of(WITNESS)])
    assert "None of the known keys" in refused.value.message
    with pytest.raises(VerificationFailed, match="Known: none"):
        verify_note(signed(), [])


def test_one_bad_signature_of_a_known_key_fails_the_note_beside_good_ones() -> None:
    witness = signer(WITNESS)
    note = add_signature(signed(), WITNESS, witness.public.raw, lambda _: bytes(64))
    assert verify_note(note, [key_of(LOG)]).signed_by == (LOG,)
    with pytest.raises(VerificationFailed, match=r"signature by 'witness.example/w1' does not fit"):
        verify_note(note, [key_of(LOG), key_of(WITNESS)])


def test_the_same_name_with_another_key_is_another_signer() -> None:
    old, new = signer("old"), signer("new")
    note = sign_note(HEAD, LOG, old.public.raw, old.sign)
    with pytest.raises(VerificationFailed, match="None of the known keys"):
        verify_note(note, [vkey(LOG, new.public.raw)])
    both = add_signature(note, LOG, new.public.raw, new.sign)
    keys = [vkey(LOG, old.public.raw), vkey(LOG, new.public.raw)]
    assert verify_note(both, keys).signed_by == (LOG,)
    assert both.count("— ") == 2


def test_signing_again_with_the_same_key_replaces_the_line() -> None:
    log = signer(LOG)
    assert add_signature(signed(), LOG, log.public.raw, log.sign) == signed()


def test_a_witness_vouches_for_a_checkpoint_and_a_time() -> None:
    witness = signer(WITNESS)
    note = add_cosignature(signed(), WITNESS, witness.public.raw, witness.sign, 1_679_315_147)
    keys = [key_of(LOG), cosigner_vkey(WITNESS, witness.public.raw)]
    verified = verify_note(note, keys)
    assert verified.signed_by == (LOG, WITNESS)
    assert verified.cosigned_at == {WITNESS: 1_679_315_147}


def test_a_witness_signs_the_message_that_the_specification_lays_out() -> None:
    witness, messages = signer(WITNESS), []

    def sign(message: bytes) -> bytes:
        messages.append(message)
        return witness.sign(message)

    note = add_cosignature(signed(), WITNESS, witness.public.raw, sign, 1_679_315_147)
    assert messages == [b"cosignature/v1\ntime 1679315147\n" + HEAD.encode()]
    line = base64.b64decode(note.splitlines()[-1].split(" ")[2])
    material = WITNESS.encode() + b"\n\x04" + witness.public.raw
    assert line[:4] == sha256(material).digest()[:4]
    assert line[4:12] == (1_679_315_147).to_bytes(8, "big")
    assert len(line) == 4 + 8 + 64


def test_a_newer_cosignature_takes_the_place_of_the_older() -> None:
    witness = signer(WITNESS)
    note = add_cosignature(signed(), WITNESS, witness.public.raw, witness.sign, 100)
    note = add_cosignature(note, WITNESS, witness.public.raw, witness.sign, 200)
    keys = [cosigner_vkey(WITNESS, witness.public.raw)]
    assert verify_note(note, keys).cosigned_at == {WITNESS: 200}
    assert note.count(WITNESS) == 1


def test_the_time_of_a_cosignature_cannot_be_moved() -> None:
    witness = signer(WITNESS)
    note = add_cosignature(signed(), WITNESS, witness.public.raw, witness.sign, 100)
    encoded = note.splitlines()[-1].split(" ")[2]
    raw = bytearray(base64.b64decode(encoded))
    raw[11] += 1
    moved = note.replace(encoded, base64.b64encode(raw).decode())
    with pytest.raises(VerificationFailed, match="does not fit"):
        verify_note(moved, [cosigner_vkey(WITNESS, witness.public.raw)])


def test_a_plain_signature_does_not_pass_for_a_cosignature() -> None:
    witness = signer(WITNESS)
    note = add_signature(signed(), WITNESS, witness.public.raw, witness.sign)
    with pytest.raises(VerificationFailed, match="None of the known keys"):
        verify_note(note, [cosigner_vkey(WITNESS, witness.public.raw)])


@pytest.mark.parametrize("at", [0, -1, 2**63])
def test_a_cosignature_needs_a_time_that_can_be_written(at: int) -> None:
    witness = signer(WITNESS)
    with pytest.raises(InvalidInput, match="seconds since 1970"):
        add_cosignature(signed(), WITNESS, witness.public.raw, witness.sign, at)


def test_sixteen_signatures_are_accepted_and_sixty_five_are_not() -> None:
    note = signed()
    line = note.splitlines(keepends=True)[-1]
    stranger = f"— stranger.example {base64.b64encode(bytes(68)).decode()}\n"
    assert verify_note(HEAD + "\n" + stranger * 15 + line, [key_of(LOG)]).signed_by == (LOG,)
    with pytest.raises(VerificationFailed, match="at most 64 signatures"):
        verify_note(HEAD + "\n" + stranger * 64 + line, [key_of(LOG)])


def test_a_note_of_megabytes_is_refused_before_it_is_read() -> None:
    with pytest.raises(VerificationFailed, match="at most"):
        verify_note("x" * 1_000_001, [key_of(LOG)])


GOOD = base64.b64encode(bytes(68)).decode()


@pytest.mark.parametrize(
    "note",
    [
        "",
        "\n",
        "text\n",
        "text\n\n",
        "text\n\n\n",
        "text\n— a " + GOOD + "\n",
        "text\n\n— a " + GOOD,
        "text\n\n— a " + GOOD + "\n\n",
        "text\n\n- a " + GOOD + "\n",
        "text\n\n—  a " + GOOD + "\n",
        "text\n\n— a\n",
        "text\n\n—  " + GOOD + "\n",
        "text\n\n— a " + GOOD + " \n",
        "text\n\n— a+b " + GOOD + "\n",
        "text\n\n— a\u00a0b " + GOOD + "\n",
        "text\n\n— a " + GOOD[:-1] + "\n",
        "text\n\n— a " + GOOD[:-2] + "B=\n",
        "text\n\n— a AAAAAA==\n",
        "text\n\n— a " + GOOD + "\nmore\n",
        "te\txt\n\n— a " + GOOD + "\n",
        "text\r\n\r\n— a " + GOOD + "\r\n",
        "te\udc80xt\n\n— a " + GOOD + "\n",
    ],
)
def test_what_is_not_written_as_a_note_is_refused(note: str) -> None:
    with pytest.raises(VerificationFailed):
        verify_note(note, [key_of(LOG)])
    log = signer(LOG)
    with pytest.raises(VerificationFailed):
        add_signature(note, LOG, log.public.raw, log.sign)


@pytest.mark.parametrize("text", ["", "no newline", "tab\there\n", "half \ud800 character\n"])
def test_a_text_that_a_note_cannot_have_is_not_signed(text: str) -> None:
    with pytest.raises(InvalidInput):
        signed(text)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "a\u2003b", "a\u0000b", "a\ud800b"])
def test_a_name_that_a_signature_line_cannot_carry_is_refused(name: str) -> None:
    log = signer(LOG)
    with pytest.raises(InvalidInput, match="no spaces or plus signs"):
        sign_note(HEAD, name, log.public.raw, log.sign)
    with pytest.raises(InvalidInput, match="no spaces or plus signs"):
        vkey(name, log.public.raw)


def test_a_signer_that_returns_something_else_than_a_signature_is_refused() -> None:
    with pytest.raises(InvalidInput, match="64 bytes"):
        sign_note(HEAD, LOG, signer(LOG).public.raw, lambda _: b"too short")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "example.com/foo",
        "example.com/foo+530d903a",
        EXAMPLE_KEY.replace("530d903a", "530D903A"),
        EXAMPLE_KEY.replace("530d903a", "530d903b"),
        EXAMPLE_KEY.replace("example.com/foo", "example.com/fou"),
        EXAMPLE_KEY.replace("example.com/foo", ""),
        EXAMPLE_KEY + "=",
        EXAMPLE_KEY[:-4],
        EXAMPLE_KEY.replace("+Ae", "+Au"),
        EXAMPLE_KEY + "\n",
        "two words" + EXAMPLE_KEY.removeprefix("example.com/foo"),
    ],
)
def test_a_verifier_key_that_is_not_whole_is_refused(text: str) -> None:
    with pytest.raises(KeyRefused):
        parse_vkey(text)


@pytest.mark.parametrize(
    "public_key",
    [bytes(32), b"\x01" + bytes(31), b"\xec" + b"\xff" * 30 + b"\x7f", b"\xff" * 32, bytes(31)],
    ids=["order 4", "order 1", "order 2", "not canonical", "too short"],
)
def test_a_key_with_which_anybody_could_sign_is_refused(public_key: bytes) -> None:
    with pytest.raises(KeyRefused):
        vkey(LOG, public_key)
    material = b"\x01" + public_key
    key_id = sha256(LOG.encode() + b"\n" + material).hexdigest()[:8]
    with pytest.raises(KeyRefused):
        verify_note(signed(), [f"{LOG}+{key_id}+{base64.b64encode(material).decode()}"])


def test_two_keys_with_one_name_and_one_id_are_too_many() -> None:
    """An id has 32 bits: these two keys were found in 82,186 tries."""
    one, other = (vkey(LOG, signer(f"collision {n}").public.raw) for n in (13580, 82185))
    assert one != other
    assert parse_vkey(one).key_hash == parse_vkey(other).key_hash
    with pytest.raises(KeyRefused, match="Two verifier keys share"):
        verify_note(signed(), [one, other])


def test_a_witness_with_a_time_beyond_all_times_is_refused() -> None:
    witness, at = signer(WITNESS), 2**63
    message = f"cosignature/v1\ntime {at}\n{HEAD}".encode()
    keys = [cosigner_vkey(WITNESS, witness.public.raw)]
    signature = parse_vkey(keys[0]).key_hash + at.to_bytes(8, "big") + witness.sign(message)
    note = signed() + f"— {WITNESS} {base64.b64encode(signature).decode()}\n"
    with pytest.raises(VerificationFailed, match="impossible time"):
        verify_note(note, keys)


def test_the_same_verifier_key_twice_is_no_contradiction() -> None:
    assert verify_note(signed(), [key_of(LOG), key_of(LOG)]).signed_by == (LOG,)


def test_the_line_of_one_witness_is_taken_from_a_reply() -> None:
    witness, other = signer(WITNESS), signer("other.example")
    note = signed()
    lines = "".join(
        add_cosignature(note, name, key.public.raw, key.sign, 100).splitlines(keepends=True)[-1]
        for name, key in (("other.example", other), (WITNESS, witness))
    )
    vkey = cosigner_vkey(WITNESS, witness.public.raw)
    line, at = take_cosignature(note, lines, vkey)
    assert (line, at) == (lines.splitlines(keepends=True)[1], 100)
    assert verify_note(note + line, [vkey]).cosigned_at == {WITNESS: 100}


@pytest.mark.parametrize("lines", ["", "yes\n", "— w.example AAAA\n", "\n", "\n\n— x AAAAAAAA\n"])
def test_a_reply_without_it_gives_none(lines: str) -> None:
    witness = signer(WITNESS)
    with pytest.raises(VerificationFailed):
        take_cosignature(signed(), lines, cosigner_vkey(WITNESS, witness.public.raw))
    with pytest.raises(KeyRefused, match="a log's, not a witness's"):
        take_cosignature(signed(), lines, key_of(LOG))


def test_a_witness_brings_nothing_under_the_note_but_its_line() -> None:
    witness = signer(WITNESS)
    whole = add_cosignature(signed(), WITNESS, witness.public.raw, witness.sign, 100)
    line = whole.splitlines(keepends=True)[-1]
    vkey = cosigner_vkey(WITNESS, witness.public.raw)
    for around in (f"anything\n\n{line}", f"\n{line}", f"{line}\n{line}", f"{line}anything\n"):
        with pytest.raises(VerificationFailed):
            take_cosignature(signed(), around, vkey)
