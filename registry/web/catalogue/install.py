"""The routes of the pages for catalogues. Who may call each is in the table of permissions, which role in the views."""

from flask import Blueprint, Flask

from registry.web.begin import said as begin_words
from registry.web.catalogue import blank_sheets, run_page, said, send_page
from registry.web.catalogue.spooled import SpooledRequest

_PAGES = {
    "catalogue": (send_page, "", "get post"),
    "holder": (send_page, "/holder", "post"),
    "sheet": (blank_sheets, "/sheets/<name>", "get"),
    "import": (run_page, "/<id>", "get"),
    "look": (run_page, "/<id>/look", "post"),
    "start": (run_page, "/<id>/start", "post"),
    "cancel": (run_page, "/<id>/cancel", "post"),
    "rejected": (run_page, "/<id>/rejected.csv", "get"),
}
"""name → (module, path, methods): the view of `get` and "import" is `get_import`."""


def install_catalogue(app: Flask) -> None:
    """Adds these pages to this application. Before the table of permissions is enforced, so that a large body is read
    only of somebody who may send one."""
    pages = Blueprint("catalogue", __name__, url_prefix="/catalogue")
    for name, (module, path, methods) in _PAGES.items():
        for method in methods.split():
            view = f"{method}_{name}"
            pages.add_url_rule(path, view, getattr(module, view), methods=[method.upper()])
    pages.context_processor(lambda: {"catalogue_words": said, "begin_words": begin_words})
    app.register_blueprint(pages)
    app.request_class = SpooledRequest
    app.before_request(send_page.admit_file)
