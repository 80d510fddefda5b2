"""Every error of the tree and every code raised anywhere has its status and its words."""

import ast

from registry import errors
from registry.api.problem_table import STATUS_OF_CODE, TITLES, status_of
from tests.house.tree import modules


def every_error():
    found = [errors.RegistryError]
    for kind in found:
        found += kind.__subclasses__()
    return [kind for kind in found if kind.__module__ == "registry.errors"]


def test_every_error_has_a_status_and_a_title():
    for kind in every_error():
        assert 400 <= status_of(kind("x")) <= 503
        assert kind.code in TITLES, kind


def test_a_fault_of_ours_is_never_the_callers():
    for kind in (errors.RegistryError, errors.ConfigurationError, errors.VerificationFailed):
        assert status_of(kind("x")) == 500
    for kind in (errors.Unavailable, errors.LogRefuses):
        assert status_of(kind("x")) == 503


def codes_raised():
    rooms = ("services", "api", "storage", "signing", "domain")
    for _, tree in modules(*(f"registry/{room}" for room in rooms)):
        for call in ast.walk(tree):
            if not isinstance(call, ast.Call):
                continue
            if ast.unparse(call.func) in ("InvalidIdentifier", "InvalidLocation"):
                continue  # their codes are the member `reason`
            for keyword in call.keywords:
                if keyword.arg == "code" and isinstance(keyword.value, ast.Constant):
                    yield keyword.value.value


def test_every_code_that_is_raised_has_words():
    said = set(codes_raised())
    assert len(said) > 30
    assert not said - TITLES.keys()


def test_every_code_with_a_status_of_its_own_has_words():
    assert STATUS_OF_CODE.keys() <= TITLES.keys()
