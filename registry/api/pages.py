"""Two plain pages without script: how this API is spoken to, and what each problem means.

They extend `page.html` of the room `web`, which dresses every page of the application.
"""

from flask import Blueprint, Response, current_app, render_template

from registry.api.document import document
from registry.api.problem_table import STATUS_OF_CODE, TITLES
from registry.errors import NotFound

AN_HOUR = {"Cache-Control": "public, max-age=3600"}

pages = Blueprint("pages", __name__, template_folder="templates")


@pages.get("/docs")
def get_documentation() -> Response:
    """The API, readable."""
    api = current_app.extensions["flask-smorest"]["apis"][""]["ext_obj"]
    return _page(render_template("docs.html", doc=document(api.spec.to_dict())))


@pages.get("/problems/<code>")
def get_problem(code: str) -> Response:
    """What a problem's `type` means."""
    if code not in TITLES:
        raise NotFound(f"there is no problem {code[:100]!r}")
    title, about = TITLES[code]
    return _page(
        render_template(
            "problem.html", code=code, title=title, about=about, status=STATUS_OF_CODE.get(code)
        )
    )


def _page(html: str) -> Response:
    return Response(html, content_type="text/html; charset=utf-8", headers=AN_HOUR)
