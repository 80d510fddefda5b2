"""The routes of the pages of works. Who may call each is in the table of permissions; which role, in the services."""

from flask import Blueprint, Flask

from registry.web.begin.said import KINDS
from registry.web.works import asked_pages, list_page, one_forms, one_page, one_said, said

_ONE = {
    "get_work": (one_page, "/<id>"),
    "get_work_asked_csv": (asked_pages, "/<id>/asked.csv"),
    "post_identifiers": (one_forms, "/<id>/identifiers"),
    "get_remove": (one_forms, "/<id>/names/<token>/remove"),
    "post_remove": (one_forms, "/<id>/names/<token>/remove"),
    "post_look": (one_forms, "/<id>/look"),
    "post_place": (one_forms, "/<id>/place"),
    "post_say": (one_forms, "/<id>/say"),
}
"""The view → (module, path) of one work's pages."""


def install_works(app: Flask) -> None:
    """Adds these pages to this application."""
    pages = Blueprint("my_works", __name__, url_prefix="/works")
    pages.add_url_rule("", view_func=list_page.get_list)
    pages.add_url_rule("/choose", view_func=list_page.post_choose, methods=["POST"])
    for view, (module, path) in _ONE.items():
        method = view.partition("_")[0].upper()
        pages.add_url_rule(path, view, getattr(module, view), methods=[method])
    words = {"works_said": said, "one_words": one_said, "work_kinds": KINDS}
    pages.context_processor(lambda: words)
    app.register_blueprint(pages)
    asked = Blueprint("asked", __name__)
    asked.add_url_rule("/asked", view_func=asked_pages.get_asked)
    asked.add_url_rule("/asked.csv", view_func=asked_pages.get_asked_csv)
    app.register_blueprint(asked)
