"""The description is OpenAPI 3.1, whole, and every call says what goes in and what comes out."""

import re

import pytest
from jsonschema import Draft202012Validator

from tests.api.served import PAGES

METHODS = {"get", "post", "delete", "put", "patch"}
JSON = "application/json"
MEDIA_TYPE = {
    "/oauth/token": "application/x-www-form-urlencoded",
    "/api/v2/query/urls": "text/plain",
    "/api/v2/query/urls/": "text/plain",
    "/v1/imports": "application/octet-stream",
}
"""What a body is where it is not JSON."""


@pytest.fixture(scope="module")
def spec(world):
    return world.http.get("/openapi.json").json()


def operations(spec):
    for path, methods in spec["paths"].items():
        for method, operation in methods.items():
            if method in METHODS:
                yield path, method, operation, methods.get("parameters", [])


def schemas_in(value, place="#"):
    if isinstance(value, dict):
        for key, below in value.items():
            if key == "schema":
                yield place, below
            yield from schemas_in(below, f"{place}/{key}")
    elif isinstance(value, list):
        for index, below in enumerate(value):
            yield from schemas_in(below, f"{place}/{index}")


def test_it_is_a_whole_openapi_3_1_document(spec):
    assert re.fullmatch(r"3\.1\.\d+", spec["openapi"])
    assert {"title", "version"} <= spec["info"].keys()
    assert spec.keys() <= {"openapi", "info", "servers", "paths", "components", "tags", "security"}
    for name in spec["components"]["schemas"]:
        assert re.fullmatch(r"[A-Za-z0-9._-]+", name)
    for _, schema in [
        *schemas_in(spec),
        *(("component", s) for s in spec["components"]["schemas"].values()),
    ]:
        Draft202012Validator.check_schema(schema)


def test_every_reference_leads_somewhere(spec):
    def references(value):
        if isinstance(value, dict):
            if "$ref" in value:
                yield value["$ref"]
            for below in value.values():
                yield from references(below)
        elif isinstance(value, list):
            for below in value:
                yield from references(below)

    for reference in references(spec):
        found = spec
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]
        assert found


def test_every_operation_is_described_whole(spec):
    ids = []
    for path, method, operation, shared in operations(spec):
        assert operation["summary"], (method, path)
        ids.append(operation["operationId"])
        good = {
            status: reply for status, reply in operation["responses"].items() if status != "default"
        }
        assert any(status.startswith("2") for status in good), (method, path)
        for status, reply in good.items():
            if status.startswith("2"):
                assert all("schema" in each for each in reply["content"].values()), (method, path)
                assert reply["description"]
        problem = spec["components"]["responses"]["DEFAULT_ERROR"]["content"]
        assert operation["responses"]["default"] == {"$ref": "#/components/responses/DEFAULT_ERROR"}
        assert list(problem) == ["application/problem+json"]
        parameters = [*shared, *operation.get("parameters", [])]
        assert {each["name"] for each in parameters if each["in"] == "path"} == set(
            re.findall(r"{(\w+)}", path)
        )
        assert all("schema" in each for each in parameters)
        if "requestBody" in operation:
            assert "schema" in operation["requestBody"]["content"][MEDIA_TYPE.get(path, JSON)]
    assert len(ids) == len(set(ids))


def test_who_may_call_is_said(spec):
    platforms = [{"httpSignature": []}, {"accessToken": []}]
    assert spec["paths"]["/v1/verify"]["post"]["security"] == platforms
    assert spec["paths"]["/v1/verify"]["get"]["security"] == [*platforms, {}]
    assert spec["paths"]["/v1/works"]["post"]["security"] == [{"token": []}]
    assert "security" not in spec["paths"]["/v1/platforms"]["get"]
    assert spec["paths"]["/v1/webhooks"]["get"]["security"] == platforms
    for path, method in (
        ("/v1/webhooks", "post"),
        ("/v1/webhooks/{id}", "delete"),
        ("/v1/webhooks/{id}/test", "post"),
        ("/v1/webhooks/{id}/replay", "post"),
    ):
        assert spec["paths"][path][method]["security"] == [{"httpSignature": []}]
    keys = [each["name"] for each in spec["paths"]["/v1/works"]["post"]["parameters"]]
    assert keys == ["Idempotency-Key"]


def test_every_route_but_the_pages_is_described(spec, world):
    from registry.api.openapi import operations_by_endpoint

    for (path, method), endpoint in operations_by_endpoint(world.app).items():
        if method in METHODS and not endpoint.startswith(PAGES):
            assert method in spec["paths"][path], (method, path)
