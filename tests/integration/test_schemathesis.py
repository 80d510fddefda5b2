"""Every operation of `/openapi.json`, called with what its description allows and with what it forbids.

By a program that others wrote (schemathesis), over real HTTP: no 5xx, no status, media type or shape that is not
described, nothing accepted that the description forbids. (What it allows may still be refused: no schema can say what
a check digit is.) Platforms' questions are signed as they leave. SCHEMATHESIS_EXAMPLES=300 makes it thorough.
"""

import os
import secrets
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from requests.auth import AuthBase
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance
from werkzeug.exceptions import HTTPException

from registry.api.permissions import PERMISSIONS, Who
from registry.signing.http_signature import sign_request
from tests.api.served import PAGES, Served, served

EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "10"))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("schemathesis")
    unlimited = {f"REGISTRY_RATE_{who}": "0" for who in ("ANONYMOUS", "PLATFORM", "TOKEN")}
    with served(folder, **unlimited) as world:
        yield world


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


@pytest.fixture(scope="module")
def operations(world: Served) -> dict[str, Any]:
    """Every operation that is described, by its operationId."""
    description = world.http.get("/openapi.json").json()
    for methods in description["paths"].values():
        for operation in methods.values():
            if isinstance(operation, dict):
                operation.pop(
                    "security", None
                )  # everything is called by whoever may; see test_roles.py
    schema = schemathesis.openapi.from_dict(description)
    schema.config.update(base_url=world.url)
    refused = schema.config.checks.negative_data_rejection
    refused.expected_statuses = [*refused.expected_statuses, "413"]  # too much is refused too
    found = [result.ok() for result in schema.get_all_operations()]
    return {operation.definition.raw["operationId"]: operation for operation in found}


class _As(AuthBase):
    """Signs what platforms ask, and shows Ada's token everywhere else."""

    def __init__(self, world: Served) -> None:
        self._world = world
        self._routes = world.app.url_map.bind("registry.example")

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        world = self._world
        assert request.method
        assert request.url
        if not self._is_a_platforms(request.method, request.url.removeprefix(world.url)):
            request.headers.setdefault("Authorization", f"Bearer {world.token}")
            return request
        body = request.body or b""
        body = body.encode() if isinstance(body, str) else body
        content_type = request.headers.get("Content-Type")
        request.headers.update(
            sign_request(
                request.method,
                request.url,
                body,
                content_type if isinstance(content_type, str) else None,
                world.platform_signer,
                keyid=world.platform_signer.kid,
                created=world.clock.now // 1000,
                nonce=secrets.token_urlsafe(16),
            )
        )
        return request

    def _is_a_platforms(self, method: str, path: str) -> bool:
        """Is this a call that platforms sign?"""
        try:
            endpoint, _ = self._routes.match(path.partition("?")[0], method)
        except HTTPException:
            return False
        return PERMISSIONS[endpoint] in (Who.PLATFORM, Who.PLATFORM_OR_FEW, Who.PLATFORM_OWN)


TOLERANT = {"questions_post_question"}
"""A malformed item is an error in its place, and the others are answered: 200."""

ENDPOINTS = sorted(
    endpoint.replace(".", "_") for endpoint in PERMISSIONS if not endpoint.startswith(PAGES)
)


def test_every_described_operation_is_called_below(operations: dict[str, Any]) -> None:
    assert sorted(operations) == ENDPOINTS


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_it_is_as_it_is_described(
    operations: dict[str, Any],
    world: Served,
    session: requests.Session,
    endpoint: str,
    mode: GenerationMode,
) -> None:
    operation = operations[endpoint]

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate],
        database=None,
    )
    @given(case=operation.as_strategy(mode))
    def call(case: Any) -> None:
        case.call_and_validate(
            session=session,
            auth=_As(world),
            excluded_checks=[
                positive_data_acceptance,
                *([negative_data_rejection] if endpoint in TOLERANT else []),
            ],
        )

    try:
        call()
    except Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE  # nothing can be wrong where nothing is sent
