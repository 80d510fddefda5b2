"""The readable documentation shows every operation and schema of the description."""

from registry.api.document import document


def test_every_operation_and_every_schema_is_on_the_page(world):
    spec = world.shapes.spec
    page = world.http.get("/docs").text
    for path, methods in spec["paths"].items():
        for method in methods:
            if method != "parameters":
                assert f"<code>{method.upper()} {path}</code>" in page
    for name in spec["components"]["schemas"]:
        assert f'id="schema-{name}"' in page


def test_types_are_said_in_a_few_words():
    schema = {
        "description": "d",
        "required": ["a"],
        "properties": {
            "a": {"type": "array", "items": {"$ref": "#/components/schemas/Other"}},
            "b": {"type": ["string", "null"]},
            "c": {"enum": ["x", None]},
            "d": {"type": "object", "additionalProperties": {"type": "string"}},
        },
    }
    doc = document(
        {
            "info": {"title": "T"},
            "paths": {},
            "tags": [],
            "components": {"schemas": {"Thing": schema}},
        }
    )
    ((name, about, members),) = doc.schemas
    assert (name, about) == ("Thing", "d")
    assert [(m.name, m.type, m.required) for m in members] == [
        ("a", "list of Other", True),
        ("b", "string or null", False),
        ("c", "x | null", False),
        ("d", "object of string", False),
    ]
