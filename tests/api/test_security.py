"""Limits and header fields on everything, whatever the answer is."""

import io

import pytest

from registry.api.security import HEADERS, MOST_BODY_BYTES, MOST_HEADER_CHARS


@pytest.mark.parametrize(
    "path", ["/nope", "/v1/works", "/log/checkpoint", "/static/web.css", "/v1/verify", "/healthz"]
)
def test_every_answer_bears_the_header_fields(world, path):
    response = world.http.get(path)
    for name, value in HEADERS.items():
        if path != "/" or name != "Content-Security-Policy":  # pages say what they load
            assert response.headers[name] == value
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "set-cookie" not in response.headers
    assert "strict-transport-security" not in response.headers  # these tests speak plain HTTP


def test_a_page_has_a_policy_of_its_own_that_is_no_less_strict_about_script(world):
    policies = world.http.get("/").headers.get_list("content-security-policy")
    assert len(policies) == 1
    assert policies[0].startswith("default-src 'none'")
    assert "script-src" not in policies[0]
    assert "unsafe" not in policies[0]


def test_a_header_field_that_is_too_long_is_named(world):
    response = world.http.get("/", headers={"x-long": "a" * (MOST_HEADER_CHARS + 1)})
    assert (response.status_code, response.json()["field"]) == (431, "X-Long")
    assert world.http.get("/", headers={"x-long": "a" * MOST_HEADER_CHARS}).status_code == 200


def test_behind_https_browsers_are_told_to_stay_there(tmp_path):
    from registry.app import create_app
    from registry.settings import Settings

    settings = Settings.from_environ(
        {"REGISTRY_VAR": str(tmp_path), "REGISTRY_PUBLIC_URL": "https://r.example"}
    )
    app = create_app(settings)
    told = app.test_client().get("/healthz").headers["strict-transport-security"]
    assert told == "max-age=31536000; includeSubDomains"
    app.extensions["consent-registry"].registry.close()


@pytest.mark.parametrize(
    ("path", "limit"), [("/v1/verify", 4 * 1024 * 1024), ("/v1/works", MOST_BODY_BYTES)]
)
@pytest.mark.parametrize("over", [1, 100_000])
def test_a_body_of_unstated_length_is_limited_too(world, path, limit, over):
    response = world.app.test_client().post(
        path,
        input_stream=io.BytesIO(b" " * (limit + over)),
        headers={"content-type": "application/json", "authorization": f"Bearer {world.token}"},
        environ_overrides={"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"},
    )
    assert (response.status_code, response.json["code"]) == (413, "too-large")
