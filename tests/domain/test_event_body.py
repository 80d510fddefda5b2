"""Every event goes into bytes and comes back the same; nothing else is read."""

import json
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.domain.event_body import AnyEvent, decode_body, encode_body, event_type
from registry.domain.events import Event

SALT = "AAECAwQFBgcICQoLDA0ODw"
KINDS: tuple[type[Event], ...] = get_args(AnyEvent)

texts = st.text(max_size=8)
moments = st.integers(min_value=0, max_value=2**53)


def made(kind: type) -> st.SearchStrategy[Any]:
    """Any value of a structure; optional members are sometimes left out."""
    members, optional = {}, {}
    for each in msgspec.structs.fields(kind):
        (members if each.required else optional)[each.name] = st.from_type(each.type)
    return st.fixed_dictionaries(members, optional=optional).map(lambda found: kind(**found))


for _kind in KINDS:
    for _field in msgspec.inspect.type_info(_kind).fields:  # type: ignore[union-attr]
        _type = _field.type
        if isinstance(_type, msgspec.inspect.VarTupleType):
            _type = _type.item_type
        if isinstance(_type, msgspec.inspect.StructType):
            st.register_type_strategy(_type.cls, made)
st.register_type_strategy(msgspec.structs.fields(KINDS[0])[0].type, texts)
st.register_type_strategy(int, moments)
"""Integers are moments or counts: what JSON readers everywhere hold exactly."""


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(data=st.data())
def test_an_event_comes_back_the_same(kind: type[Event], data: st.DataObject) -> None:
    event = data.draw(made(kind))
    body = encode_body(event, SALT)
    assert decode_body(body) == event
    assert json.loads(body)["salt"] == SALT
    assert json.loads(body)["type"] == event_type(event)


def test_every_kind_has_a_tag_of_its_own_made_of_a_noun_and_what_happened() -> None:
    tags = [str(kind.__struct_config__.tag) for kind in KINDS]
    assert len(set(tags)) == len(KINDS)
    assert all(len(tag.split(".")) == 2 and tag == tag.lower() for tag in tags)


def test_the_union_holds_every_event_there_is() -> None:
    assert set(Event.__subclasses__()) == set(KINDS)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b'"work.registered"',
        b'{"type": "work.registered"}',
        b'{"salt": "x", "rightsholder": "r", "name": "n"}',
        b'{"type": "work.unknown"}',
        b'{"type": "rightsholder.registered", "rightsholder": "r", "name": "n", "mood": "good"}',
        b'{"type": "rightsholder.registered", "rightsholder": "r", "name": 7}',
        b'{"type": "declaration.issued", "declaration": "d", "rightsholder": "r", '
        b'"subject": {"kind": "galaxy", "id": "x"}, "statements": []}',
        b'{"type": "declaration.issued", "declaration": "d", "rightsholder": "r", "subject": '
        b'{"kind": "work", "id": "x"}, "statements": [{"usage": "search", "preference": "perhaps", '
        b'"valid_from": 0}]}',
        b'{"type": "declaration.issued", "declaration": "d", "rightsholder": "r", "subject": '
        b'{"kind": "work", "id": "x", "shelf": 1}, "statements": []}',
        b"\xff\xfe",
    ],
)
def test_what_is_no_event_is_refused(body: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode_body(body)
