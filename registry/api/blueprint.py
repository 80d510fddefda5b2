"""flask-smorest's Blueprint with types, with bodies read strictly and refused as problems.

A view returns a `Response`; the schema given to `response` describes it in `/openapi.json`.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NoReturn, TypeVar, cast

import flask_smorest
from flask import Request
from marshmallow import RAISE, ValidationError
from webargs.flaskparser import FlaskParser

from registry.api.json_bodies import read_json
from registry.api.problems import InvalidMembersError
from registry.api.security import MOST_BODY_BYTES, body_within
from registry.errors import InvalidInput

View = TypeVar("View", bound=Callable[..., Any])


class _StrictParser(FlaskParser):
    DEFAULT_UNKNOWN_BY_LOCATION = {"json": RAISE, "query": RAISE, "json_or_form": RAISE}  # noqa: RUF012

    def load_json(self, req: Request, _schema: Any) -> Any:
        """The body as JSON, whatever was in it; no body at all is an empty object's errors."""
        require_json(req.mimetype)
        return read_json(body_within(MOST_BODY_BYTES))

    def handle_error(self, error: ValidationError, *_: Any, **__: Any) -> NoReturn:
        raise invalid_members(error) from error


def require_json(mimetype: str) -> None:
    """Raises: InvalidInput (code `unsupported-media-type`) for a body that is something else."""
    if mimetype != "application/json":
        raise InvalidInput(
            "send the body as Content-Type: application/json",
            field="Content-Type",
            code="unsupported-media-type",
        )


def invalid_members(error: ValidationError) -> InvalidMembersError:
    """A marshmallow error as one problem, fields written as `items[3].identifiers[0]`."""
    messages = error.messages
    if isinstance(messages, Mapping) and set(messages) in ({"json"}, {"query"}):
        (messages,) = messages.values()  # webargs says where it read
    found = list(_flat(messages, ""))
    return InvalidMembersError(found or [("", "the request cannot be understood")])


def _flat(messages: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(messages, Mapping):
        for key, below in messages.items():
            if key == "_schema":
                yield from _flat(below, place)
            elif isinstance(key, int):
                yield from _flat(below, f"{place}[{key}]")
            else:
                yield from _flat(below, f"{place}.{key}" if place else str(key)[:200])
    elif isinstance(messages, list):
        for message in messages:
            yield from _flat(message, place)
    else:
        yield place, str(messages)


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]
    """Routes of one resource, and their description."""

    ARGUMENTS_PARSER = _StrictParser()

    def route(self, rule: str, **options: Any) -> Callable[[View], View]:
        return cast(Callable[[View], View], super().route(rule, **options))

    def arguments(self, schema: Any, **options: Any) -> Callable[[View], View]:
        return cast(Callable[[View], View], super().arguments(schema, **options))

    def response(
        self, status_code: int, schema: Any = None, **options: Any
    ) -> Callable[[View], View]:
        return cast(Callable[[View], View], super().response(status_code, schema, **options))

    def doc(self, **description: Any) -> Callable[[View], View]:
        return cast(Callable[[View], View], super().doc(**description))

    def alt_response(self, status_code: int, **options: Any) -> Callable[[View], View]:
        return cast(Callable[[View], View], super().alt_response(status_code, **options))


def described(**doc: Any) -> Callable[[View], View]:
    """Describes a view in `/openapi.json` without wrapping it: for the ones that must be quick."""

    def mark(view: View) -> View:
        view._apidoc = {"manual_doc": doc}  # type: ignore[attr-defined]
        return view

    return mark
