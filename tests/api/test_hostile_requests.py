"""Whatever is sent, nothing breaks: never a 5xx, never a permission, never an absence for the unreadable."""

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.domain.vocabulary import Usage
from tests.api.test_question import anything, questions

PATIENT = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


def held(response):
    assert response.status_code < 500, response.text
    if response.status_code == 200:
        for result in response.json()["results"]:
            assert result["permitted"] is False
            if "error" in result:
                assert result["opted_out"] is True
                assert result.get("decision") != "unregistered"
    else:
        assert response.headers["content-type"] == "application/problem+json"
        assert "results" not in response.json()


@PATIENT
@given(value=questions | anything)
def test_any_json_as_a_question(world, value):
    held(world.ask_raw(json.dumps(value).encode()))


@PATIENT
@given(body=st.binary(min_size=1, max_size=60))
def test_any_bytes_as_a_question(world, body):
    held(world.ask_raw(body))


@PATIENT
@given(
    identifiers=st.lists(st.text(max_size=60), min_size=1, max_size=3),
    usage=st.sampled_from([*Usage]),
)
def test_any_text_as_an_identifier(world, identifiers, usage):
    body = json.dumps({"usage": usage, "items": [{"identifiers": identifiers}]}).encode()
    held(world.ask_raw(body))


FIELDS = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=80)


@PATIENT
@given(given_input=FIELDS, given_signature=FIELDS)
def test_any_text_as_a_signature(world, given_input, given_signature):
    body = b'{"usage":"search","items":[{"identifiers":["isrc:USRC17607839"]}]}'
    headers = {
        "content-type": "application/json",
        "signature-input": f"sig1=({given_input.strip()}",
        "signature": f"sig1={given_signature.strip()}",
    }
    response = world.send(body, headers)
    assert response.status_code == 401


@PATIENT
@given(value=anything, path=st.sampled_from(["works", "locations", "declarations"]))
def test_any_json_as_a_write(world, value, path):
    assert 400 <= world.call("POST", f"/v1/{path}", value).status_code < 500


@PATIENT
@given(
    value=st.fixed_dictionaries(
        {"subject": st.fixed_dictionaries({}, optional={"work": anything, "catalogue": anything})},
        optional={
            "preset": anything,
            "preferences": st.dictionaries(
                st.sampled_from([*Usage]),
                anything
                | st.fixed_dictionaries({"preference": anything}, optional={"licence": anything}),
            ),
            "conditions": anything,
            "grantee": anything,
            "valid_from": anything,
            "valid_until": anything,
        },
    )
)
def test_anything_as_a_declaration(world, value):
    if value["subject"].get("catalogue") is True:
        value["subject"]["catalogue"] = 1  # a good one would be declared
    assert 400 <= world.call("POST", "/v1/declarations", value).status_code < 500


@PATIENT
@given(path=st.text(max_size=40))
def test_any_path(world, path):
    from urllib.parse import quote

    for start in ("", "v1/records/", "v1/status/", "log/tile/", "problems/", "v1/works/"):
        response = world.http.get(f"/{start}{quote(path, safe='/')}")
        assert response.status_code < 500
