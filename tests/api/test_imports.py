"""Imports over HTTP: sent, looked at, tried, started, watched, cancelled; what was not taken comes back as a file."""

import json

import pytest

from registry.catalogues import rows
from registry.services import import_catalogue
from registry.worker.imports import run_import
from tests.catalogues.files import workbook


def send(world, content, query="", **headers):
    data = content.encode() if isinstance(content, str) else content
    path = f"/v1/imports{query}"
    fields = {"authorization": f"Bearer {headers.pop('token', world.token)}", **headers}
    response = world.http.post(path, content=data, headers=fields)
    world.shapes.check("POST", path, response)
    return response


def run(world, id):
    with world.registry.reading() as uow:
        job = uow.jobs.of(import_catalogue.IMPORT, id)
    run_import(world.registry, job)
    return world.call("GET", f"/v1/imports/{id}").json()


def sheet(world, *more):
    code = world.isrc().removeprefix("isrc:")
    lines = ["Titel;Interpret;ISRC;Sonst", f"Nachtzug;Ada;{code};x", *more]
    return code, "\r\n".join(lines)


def test_a_catalogue_is_sent_looked_at_started_and_done(world):
    code, text = sheet(world, "Ohne;Ada;GB;")
    response = send(world, text.encode("cp1252"), "?name=werke.csv&preset=no-ai&inside=mine")
    assert response.status_code == 201, response.text
    found = response.json()
    assert (found["form"], found["state"], found["name"]) == ("csv", "uploaded", "werke.csv")
    assert {each["name"]: (each["field"], each["why"]) for each in found["columns"]} == {
        "Titel": ("title", "name"),
        "Interpret": ("artist", "name"),
        "ISRC": ("isrc", "name"),
        "Sonst": ("", "unknown"),
    }
    first, second = found["preview"]
    assert first["work"] == {
        "kind": "recording",
        "title": "Nachtzug",
        "identifiers": [f"isrc:{code}"],
    }
    assert second["rejected"]["column"] == "ISRC"
    started = world.call("POST", f"/v1/imports/{found['id']}/start", {})
    assert (started.status_code, started.json()["state"]) == (202, "reading")
    done = run(world, found["id"])
    assert (done["state"], done["registered"], done["declared"], done["rejected"]) == (
        "done",
        1,
        1,
        1,
    )
    rejected = world.call("GET", f"/v1/imports/{found['id']}/rejected")
    assert rejected.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in rejected.headers["content-disposition"]
    assert "3,ISRC,length," in rejected.text
    answer = world.call("GET", f"/v1/verify?usage=generative-training&id=isrc:{code}", token=None)
    assert answer.json()["results"][0]["decision"] == "deny"
    assert found["id"] in [
        each["id"] for each in world.call("GET", "/v1/imports").json()["imports"]
    ]


def test_tried_and_mapped_otherwise_nothing_is_registered_until_it_is_started(world):
    code = world.isrc().removeprefix("isrc:")
    book = workbook([("A", "B", "Title"), ("Song", code, "Notes")])
    found = send(world, book, f"?mapping={json.dumps({'B': 'isrc'})}").json()
    assert (found["form"], found["columns"][1]["why"]) == ("xlsx", "given")
    path = f"/v1/imports/{found['id']}"
    again = world.call(
        "POST", f"{path}/start", {"dry_run": True, "mapping": {"A": "title"}, "preset": "no-ai"}
    )
    assert again.json()["preview"][0]["work"]["title"] == "Song"
    tried = run(world, found["id"])
    assert (tried["state"], tried["dry_run"], tried["registered"]) == ("read", True, 1)
    asked = world.call("GET", f"/v1/verify?usage=search&id=isrc:{code}", token=None)
    assert asked.json()["results"][0]["decision"] == "unregistered"
    world.call("POST", f"{path}/start", {})
    assert run(world, found["id"])["state"] == "done"


def test_the_preview_takes_a_kind_as_the_import_will(world):
    text = "Title,UPC,ISWC\nA,0724384960650,T-034.524.680-1\n"
    (row,) = send(world, text, "?kind=release").json()["preview"]
    assert row["rejected"]["code"] == "not-of-this-kind"


def test_the_same_file_and_the_same_key_give_the_same_import(world):
    _, text = sheet(world)
    first = send(world, text)
    assert send(world, text).json()["id"] == first.json()["id"]
    keyed = [send(world, text + "\r\n", **{"Idempotency-Key": "k"}) for _ in range(2)]
    assert keyed[0].content == keyed[1].content
    assert keyed[1].headers["Idempotent-Replay"] == "true"
    assert send(world, text + " ", **{"Idempotency-Key": "k"}).status_code == 409
    kept = {path.name for path in world.registry.import_files.folder.iterdir()}
    known = {each["id"] for each in world.call("GET", "/v1/imports").json()["imports"]}
    assert kept == known


def test_what_permits_is_proposed_with_its_conditions(world):
    code, text = sheet(world)
    assert send(world, text, "?preset=ask-me-first").json()["code"] == "contact-missing"
    found = send(world, text, "?preset=ask-me-first&contact=mailto:a@example.org").json()
    assert found["conditions"] == {"contact": "mailto:a@example.org"}
    world.call("POST", f"/v1/imports/{found['id']}/start", {})
    run(world, found["id"])
    waiting = world.call("GET", "/v1/loosenings").json()["loosenings"]
    assert any(each["needs_confirmation"] for each in waiting)
    answer = world.call("GET", f"/v1/verify?usage=ai-training&id=isrc:{code}", token=None)
    assert answer.json()["results"][0]["decision"] == "deny"


def test_it_is_cancelled_once_and_not_started_by_anybody_else(world):
    found = send(world, sheet(world)[1]).json()
    path = f"/v1/imports/{found['id']}"
    for method, end, body in (
        ("POST", "/start", {}),
        ("POST", "/cancel", None),
        ("GET", "", None),
        ("GET", "/rejected", None),
    ):
        assert world.call(method, path + end, body, token=world.other_token).status_code == 404
    assert world.call("GET", f"{path}/rejected").status_code == 404  # not read yet
    assert world.call("POST", f"{path}/cancel").json()["state"] == "cancelled"
    assert world.call("POST", f"{path}/cancel").status_code == 409


@pytest.mark.parametrize(
    ("content", "query", "status", "code", "field"),
    [
        (b"", "", 422, "broken-file", "file"),
        (b"\x89PNG\0\0\x01", "", 422, "broken-file", "file"),
        ("Title,ISRC\nA,GBAYE0601498\n", "?mapping={", 422, "invalid-input", "mapping"),
        (
            "Title,ISRC\nA,GBAYE0601498\n",
            '?mapping={"X":"isrc"}',
            422,
            "unknown-column",
            "mapping.X",
        ),
        ("Title,ISRC\nA,GBAYE0601498\n", "?preset=maybe", 422, "invalid-input", "preset"),
        ("Title,ISRC\nA,GBAYE0601498\n", "?surprise=1", 422, "invalid-input", "surprise"),
    ],
)
def test_what_cannot_be_read_is_refused_by_field_and_leaves_nothing(
    world, content, query, status, code, field
):
    before = len(world.call("GET", "/v1/imports").json()["imports"])
    response = send(world, content, query)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response.json()["field"] == field
    assert len(world.call("GET", "/v1/imports").json()["imports"]) == before


def test_a_file_over_the_limit_is_refused_and_not_kept(world, monkeypatch):
    for place in ("registry.services.import_catalogue", "registry.api.imports"):
        monkeypatch.setattr(f"{place}.MOST_BYTES", 1_000)
    response = send(world, "Title,ISRC\n" + "A,GBAYE0601498\n" * 100)
    assert (response.status_code, response.json()["code"]) == (413, "too-large")
    assert rows.MOST_BYTES == 64 * 1024 * 1024


def test_more_than_the_api_takes_elsewhere_is_taken_here(world):
    code = world.isrc().removeprefix("isrc:")
    text = f"Title,ISRC,Note\nA,{code},\n" + f"x,,{'y' * 1_000}\n" * 400
    assert send(world, text).status_code == 201
