"""An OpenAPI description made readable: operations by resource, with parameters, bodies and replies."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Member:
    """One member of an object, or one parameter."""

    name: str
    type: str
    required: bool
    about: str


@dataclass(frozen=True, slots=True)
class Form:
    """A body in one media type: the schema by name, if it has one."""

    media_type: str
    schema: str
    is_object: bool


@dataclass(frozen=True, slots=True)
class Operation:
    """One call."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    security: tuple[str, ...]
    parameters: tuple[Member, ...]
    body: tuple[Form, ...]
    replies: tuple[tuple[str, str, tuple[Form, ...]], ...]


@dataclass(frozen=True, slots=True)
class Document:
    """All of it: resources (name, description, operations) and schemas (name, description, members)."""

    title: str
    description: str
    resources: tuple[tuple[str, str, tuple[Operation, ...]], ...]
    schemas: tuple[tuple[str, str, tuple[Member, ...]], ...] = field(default=())


def document(spec: dict[str, Any]) -> Document:
    """The readable form of an OpenAPI 3.1 document."""
    operations: dict[str, list[Operation]] = {}
    for path, methods in spec["paths"].items():
        shared = methods.get("parameters", [])
        for method, operation in methods.items():
            if method != "parameters":
                tag = operation["tags"][0]
                operations.setdefault(tag, []).append(_operation(path, method, operation, shared))
    return Document(
        title=spec["info"]["title"],
        description=spec["info"].get("description", ""),
        resources=tuple(
            (tag["name"], tag.get("description", ""), tuple(operations[tag["name"]]))
            for tag in spec["tags"]
        ),
        schemas=tuple(
            (name, schema.get("description", ""), _members(schema))
            for name, schema in sorted(spec["components"]["schemas"].items())
        ),
    )


def _operation(path: str, method: str, operation: dict[str, Any], shared: list[Any]) -> Operation:
    security = [name or "nobody" for each in operation.get("security", []) for name in each or [""]]
    return Operation(
        id=operation.get("operationId", f"{method}-{path}"),
        method=method.upper(),
        path=path,
        summary=operation.get("summary", ""),
        description=operation.get("description", ""),
        security=tuple(security),
        parameters=tuple(
            Member(
                f"{each['name']} ({each['in']})",
                _type(each.get("schema", {})),
                bool(each.get("required")),
                each.get("description", ""),
            )
            for each in [*shared, *operation.get("parameters", [])]
        ),
        body=_forms(operation.get("requestBody", {}).get("content", {})),
        replies=tuple(
            (str(status), reply.get("description", ""), _forms(reply.get("content", {})))
            for status, reply in operation.get("responses", {}).items()
            if "$ref" not in reply
        ),
    )


def _forms(content: dict[str, Any]) -> tuple[Form, ...]:
    return tuple(
        Form(media_type, _type(each.get("schema", {})), "$ref" in each.get("schema", {}))
        for media_type, each in content.items()
    )


def _members(schema: dict[str, Any]) -> tuple[Member, ...]:
    required = schema.get("required", [])
    return tuple(
        Member(name, _type(each), name in required, each.get("description", ""))
        for name, each in schema.get("properties", {}).items()
    )


def _type(schema: dict[str, Any]) -> str:
    """A schema in a few words."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    for word in ("oneOf", "anyOf", "allOf"):
        if word in schema:
            return " or ".join(_type(each) for each in schema[word])
    if "enum" in schema:
        return " | ".join("null" if each is None else str(each) for each in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    if schema.get("type") == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"object of {_type(schema['additionalProperties'])}"
    kind = schema.get("type", "anything")
    return " or ".join(kind) if isinstance(kind, list) else str(schema.get("format", kind))
