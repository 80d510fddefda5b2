"""The plain pages: readable without script, under a strict policy."""

import pytest

from registry.api.problem_table import TITLES


@pytest.mark.parametrize("path", ["/docs", "/problems/nonce-replayed"])
def test_a_page_is_html_without_script_or_anything_from_elsewhere(world, path):
    response = world.http.get(path)
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in response.headers["content-security-policy"]
    assert "<script" not in response.text
    assert "style=" not in response.text
    assert 'src="' not in response.text
    assert 'lang="en"' in response.text
    assert response.text.count("<h1>") == 1


def test_every_problem_has_its_page_and_no_other_code_has(world):
    for code in TITLES:
        assert world.http.get(f"/problems/{code}").status_code == 200
    assert world.http.get("/problems/unheard-of").status_code == 404
