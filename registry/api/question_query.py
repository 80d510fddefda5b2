"""The query of a question: how to answer, and for a GET what is asked. Source: docs/api.md."""

from typing import Any
from urllib.parse import parse_qsl

import msgspec

from registry.api.question import AskedQuestion, read_item
from registry.domain.vocabulary import parse_usage
from registry.errors import InvalidInput
from registry.instants import parse_rfc3339

_OPTIONS = frozenset({"evidence", "include"})


class Options(msgspec.Struct, frozen=True, gc=False):
    """How to answer: with evidence, with the records' JWS, as a self-contained receipt."""

    evidence: bool = True
    records: bool = False
    receipt: bool = False


def options_of(query: str, receipt: bool, also: frozenset[str] = frozenset()) -> Options:
    """The options in a query. Raises: InvalidInput naming the parameter."""
    if not query:
        return Options(receipt=receipt)
    found = _parameters(query, _OPTIONS | also)
    evidence = _one(found, "evidence")
    if evidence not in (None, "none", "full"):
        raise _bad("evidence", 'evidence is "none" or "full"')
    include = _one(found, "include")
    if include not in (None, "records"):
        raise _bad("include", 'include is "records"')
    if include is not None and evidence == "none":
        raise _bad(
            "include", "records are the evidence's; include=records contradicts evidence=none"
        )
    return Options(evidence != "none", include == "records", receipt)


def question_of(query: str, receipt: bool) -> tuple[AskedQuestion, Options]:
    """A GET's question: one asset. Raises: InvalidInput naming the parameter."""
    known = frozenset({"usage", "id", "as_of", "run", "ref"})
    options = options_of(query, receipt, known)
    found = _parameters(query, known | _OPTIONS)
    usage, as_of, run = _one(found, "usage"), _one(found, "as_of"), _one(found, "run")
    if usage is None or "id" not in found:
        name = "usage" if usage is None else "id"
        raise InvalidInput(f"the query needs {name}=…", field=name, code="missing-parameter")
    if run is not None and len(run) > 200:
        raise _bad("run", "run has at most 200 characters")
    item = read_item(found["id"], _one(found, "ref"))
    return (
        AskedQuestion(
            parse_usage(usage),
            (item,),
            None if as_of is None else parse_rfc3339(as_of, field="as_of"),
            run,
            {},
        ),
        options,
    )


def _parameters(query: str, known: frozenset[str]) -> dict[str, list[str]]:
    try:
        pairs = parse_qsl(query, keep_blank_values=True, errors="strict", max_num_fields=1000)
    except ValueError:
        raise InvalidInput(
            "the query is not an encoded form in UTF-8 of at most 1,000 fields",
            code="bad-parameter",
        ) from None
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        if name not in known:
            raise InvalidInput(
                f"the parameter {name[:100]!r} is unknown; known are {', '.join(sorted(known))}",
                field=name[:100],
                code="unknown-parameter",
            )
        found.setdefault(name, []).append(value)
    return found


def _one(found: dict[str, list[str]], name: str) -> Any:
    values = found.get(name)
    if values is None:
        return None
    if len(values) > 1:
        raise _bad(name, f"{name} is given more than once")
    return values[0]


def _bad(name: str, why: str) -> InvalidInput:
    return InvalidInput(why, field=name, code="bad-parameter")
