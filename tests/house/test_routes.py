"""Every route has a written decision who may call it, and the decision holds over HTTP."""

from collections.abc import Iterator

import pytest
from flask import Flask

from registry.api.admission import enforce_permissions, undecided
from registry.api.permissions import PERMISSIONS, Who
from registry.app import create_app
from registry.bootstrap import open_registry
from registry.errors import ConfigurationError
from registry.settings import Settings
from tests.house.tree import listed

PLACEHOLDER = "01a20212-5f30-70ac-93b8-967730279525"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    settings = Settings.from_environ({"REGISTRY_VAR": str(tmp_path_factory.mktemp("routes"))})
    registry = open_registry(settings)
    registry.prepare()
    app = create_app(settings)
    yield app
    registry.close()
    app.extensions["consent-registry"].registry.close()


def test_every_route_has_a_decision_and_every_decision_a_route(app: Flask) -> None:
    assert not undecided(app), listed(undecided(app))


def test_a_route_that_nobody_decided_about_keeps_the_application_from_starting(app: Flask) -> None:
    fresh = Flask("fresh")
    fresh.add_url_rule("/secret", "secret", lambda: "x")
    with pytest.raises(ConfigurationError, match="secret"):
        enforce_permissions(fresh, app.extensions["consent-registry"].registry)


def _calls(app: Flask, *who: Who) -> Iterator[tuple[str, str]]:
    for rule in app.url_map.iter_rules():
        if PERMISSIONS[rule.endpoint] in who:
            path = rule.rule
            for argument in rule.arguments:
                path = path.replace(f"<path:{argument}>", PLACEHOLDER).replace(
                    f"<{argument}>", PLACEHOLDER
                )
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield method, path


def test_without_a_token_every_route_of_a_token_is_closed_before_it_looks_at_anything(
    app: Flask,
) -> None:
    calls = list(_calls(app, Who.TOKEN))
    assert len(calls) > 10
    for method, path in calls:
        for headers in ({}, {"Authorization": "Bearer crt_x"}, {"Authorization": "Basic x"}):
            response = app.test_client().open(path, method=method, headers=headers, data=b"{")
            assert response.status_code == 401, (method, path)


def test_a_question_that_must_be_signed_is_refused_unsigned(app: Flask) -> None:
    ((method, path),) = _calls(app, Who.PLATFORM)
    response = app.test_client().open(path, method=method, json={})
    assert (response.status_code, response.json["code"]) == (401, "signature-missing")


def test_what_is_everyones_asks_nobody_who_they_are(app: Flask) -> None:
    for method, path in _calls(app, Who.EVERYONE, Who.PLATFORM_OR_FEW):
        response = app.test_client().open(path, method=method)
        assert response.status_code not in (401, 403), (method, path)
        assert response.status_code < 500, (method, path)
