"""The description of this API: OpenAPI 3.1 at `/openapi.json`, made from the schemas that validate."""

from http import HTTPStatus
from typing import Any, cast

import flask_smorest
from flask import Flask

from registry.api.asks import asks
from registry.api.changes import changes
from registry.api.claims import claims
from registry.api.declarations import declarations
from registry.api.health import health
from registry.api.imports import imports
from registry.api.links import links
from registry.api.locations import locations
from registry.api.log import log
from registry.api.lookups import lookups
from registry.api.loosenings import loosenings
from registry.api.metrics import metrics
from registry.api.oauth import oauth
from registry.api.opt_out_queries import opt_out_queries
from registry.api.own_account import own_account
from registry.api.pages import pages
from registry.api.platforms import platforms
from registry.api.problems import CONTENT_TYPE
from registry.api.question_schemas import ProblemSchema
from registry.api.questions import questions
from registry.api.records import records
from registry.api.snapshots import snapshots
from registry.api.webhooks import webhooks
from registry.api.well_known import well_known
from registry.api.works import works

API_VERSION = "1"
RESOURCES = (
    questions,
    asks,
    own_account,
    changes,
    webhooks,
    opt_out_queries,
    oauth,
    records,
    works,
    imports,
    links,
    locations,
    claims,
    declarations,
    loosenings,
    lookups,
    platforms,
    log,
    snapshots,
    well_known,
    health,
    metrics,
)

_INFO = {
    "description": (
        "Artists say what may be done with their works; platforms ask before any AI use; everybody can "
        "prove it. No record is not consent. Times are RFC 3339 in UTC. Unknown members are refused. Errors "
        "are problems (RFC 9457). Writes take an Idempotency-Key."
    ),
    "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
}
_SECURITY = {
    "httpSignature": {
        "type": "http",
        "scheme": "signature",
        "description": 'HTTP Message Signatures (RFC 9421), tag="consent-registry"',
    },
    "accessToken": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "an access token of this registry's (RFC 9068), from POST /oauth/token",
    },
    "queryKey": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "a platform's plain key: API crq_…",
    },
    "token": {"type": "http", "scheme": "bearer", "description": "a personal token, crt_…"},
}


class _Api(flask_smorest.Api):  # type: ignore[misc]
    """flask-smorest's Api, whose errors are ours."""

    ERROR_SCHEMA = ProblemSchema

    def _register_error_handlers(self) -> None:
        """Ours are installed by `problems`."""

    def _register_responses(self) -> None:
        content = {CONTENT_TYPE: {"schema": ProblemSchema}}
        for status in HTTPStatus:
            if status >= 400:
                response = {"description": status.phrase, "content": content}
                self.spec.components.response(status.name, response, lazy=True)
        default = {"description": "A problem", "content": content}
        self.spec.components.response("DEFAULT_ERROR", default, lazy=True)


def install_api(app: Flask, public_url: str) -> None:
    """Registers every resource, and describes it."""
    app.config.update(
        API_TITLE="Consent registry",
        API_VERSION=API_VERSION,
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/",
        API_SPEC_OPTIONS={"info": _INFO, "servers": [{"url": public_url}]},
    )
    api = _Api(app)
    for name, scheme in _SECURITY.items():
        api.spec.components.security_scheme(name, scheme)
    for resource in RESOURCES:
        api.register_blueprint(resource)
    app.register_blueprint(pages)
    _describe_the_common(api)


def _describe_the_common(api: Any) -> None:
    """Adds what every operation of a kind has: who may call it, and the Idempotency-Key of writes."""
    from registry.api.permissions import PERMISSIONS, Who

    key = {
        "in": "header",
        "name": "Idempotency-Key",
        "required": False,
        "description": "1 to 200 printable ASCII characters; a retry with the same key gets the same reply",
        "schema": {"type": "string", "minLength": 1, "maxLength": 200},
    }
    operations = operations_by_endpoint(api._app)
    for (path, method), endpoint in operations.items():
        operation = cast(dict[str, Any] | None, api.spec._paths.get(path, {}).get(method))
        if operation is None:
            continue
        operation["operationId"] = endpoint.replace(".", "_")
        if PERMISSIONS.get(endpoint) is Who.PLATFORM_OWN:
            # A token changes nothing that would stay (platform_call.authenticate_platform).
            schemes = ("httpSignature", "accessToken") if method == "get" else ("httpSignature",)
            operation["security"] = [{scheme: []} for scheme in schemes]
        if PERMISSIONS.get(endpoint) is Who.TOKEN:
            operation["security"] = [{"token": []}]
            if method != "get":
                operation.setdefault("parameters", []).append(key)


def operations_by_endpoint(app: Flask) -> dict[tuple[str, str], str]:
    """(path as OpenAPI writes it, method in lower case) → endpoint."""
    found = {}
    for rule in app.url_map.iter_rules():
        path = "".join(
            part if not is_variable else "{" + part + "}" for is_variable, part in _parts(rule.rule)
        )
        for method in rule.methods or ():
            found[path, method.lower()] = rule.endpoint
    return found


def _parts(rule: str) -> list[tuple[bool, str]]:
    parts = []
    for index, piece in enumerate(rule.replace(">", "<").split("<")):
        parts.append((index % 2 == 1, piece.rpartition(":")[2] if index % 2 else piece))
    return parts
