"""What is described is what is sent: no member of a page is unknown to its schema."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema

from registry.api.change_schemas import ChangesSchema
from registry.api.present_changes import present_changes
from registry.services.list_changes import list_changes
from tests.registries import Desk
from tests.service_histories import lived_in


def unknown(schema: Schema, members: Mapping[str, Any]) -> dict[str, Any]:
    """What a strict reader finds wrong with these members."""
    return dict(schema.validate(members))


def test_every_member_of_a_page_is_described(desk: Desk) -> None:
    lived_in(desk, 41, 25)
    with desk.registry.reading() as uow:
        found = list_changes(uow, 0, 1_000, desk.clock())
    page = present_changes(found, desk.registry.place)
    assert page["changes"]
    assert unknown(ChangesSchema(), page) == {}
    assert set(page) == {f.data_key or name for name, f in ChangesSchema().fields.items()}
