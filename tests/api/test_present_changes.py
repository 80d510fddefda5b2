"""A page of changes: times in RFC 3339, keys in hexadecimal, everybody as null."""

from registry.api.present_changes import present_changes
from registry.domain.identifiers import parse_identifier
from registry.services.list_changes import list_changes
from tests.registries import DAY, Desk

ISRC = "isrc:GBAYE0601498"


def test_a_statement_for_everybody_and_one_for_a_platform_that_ends(desk: Desk) -> None:
    work, _ = desk.work(ISRC)
    platform = desk.platform("P")
    desk.declare(work, generative_training="deny")
    end = desk.clock() + 10 * DAY
    desk.declare(work, to=platform, ai_input="deny", valid_until=end)
    with desk.registry.reading() as uow:
        page = present_changes(list_changes(uow, 0, 1_000, desk.clock()), desk.registry.place)
    assert page["next"] == len(page["changes"]) - 1
    assert page["more"] is False
    (shown,) = [each for each in page["subjects"] if each["id"] == work]
    now, later = shown["spans"]
    assert now["from"] is None
    assert later["from"] == "2026-10-01T" + later["from"][11:]
    assert now["keys"] == later["keys"] == [parse_identifier(ISRC).wide_key.hex()]
    assert [(s["usage"], s["grantee"], s["preference"]) for s in now["says"]] == [
        ("generative-training", None, "deny"),
        ("ai-input", platform, "deny"),
    ]
    assert [s["usage"] for s in later["says"]] == ["generative-training"]
    assert shown["holders"] == [
        {"rightsholder": desk.names["R1"], "disputed": False, "set_aside_from": []}
    ]
