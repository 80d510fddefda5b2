"""The routes of the pages that begin. Who may call each is in the table of permissions."""

from flask import Blueprint, Flask

from registry.web.begin import finish, questions, said
from registry.web.begin.kept import begun

_PAGES = {
    "who": (questions, "", "get post"),
    "say": (questions, "/say", "get post"),
    "uses": (questions, "/uses", "get post"),
    "works": (questions, "/works", "get post"),
    "check": (finish, "/check", "get post"),
    "done": (finish, "/done/<id>", "get"),
    "look": (finish, "/done/<id>/look", "post"),
    "anew": (finish, "/anew", "post"),
}
"""name → (module, path, methods): the view of `get` and "who" is `get_who`."""


def install_begin(app: Flask) -> None:
    """Adds these pages to this application."""
    pages = Blueprint("begin", __name__, url_prefix="/begin")
    for name, (module, path, methods) in _PAGES.items():
        for method in methods.split():
            view = f"{method}_{name}"
            pages.add_url_rule(path, view, getattr(module, view), methods=[method.upper()])
    pages.context_processor(lambda: {"begin_words": said})
    app.register_blueprint(pages)
    app.context_processor(lambda: {"begun": begun})
