"""The routes of the pages on which one changes one's mind. Who may call each is in the table of permissions, which role
in the services."""

from flask import Blueprint, Flask

from registry.services.settle_loosening import waiting_count
from registry.web.begin import said as begin_words
from registry.web.say import check, outcome, questions, waiting_pages
from registry.web.wired import the_registry

_PAGES = {
    "what": (questions, ("/say/<id>", "/say/catalogue/<rightsholder>"), "get post"),
    "uses": (questions, ("/say/<id>/uses",), "get post"),
    "whom": (questions, ("/say/<id>/whom",), "get post"),
    "terms": (questions, ("/say/<id>/terms",), "get post"),
    "check": (check, ("/say/<id>/check",), "get post"),
    "options": (check, ("/say/<id>/check/options",), "post"),
    "signed": (check, ("/say/<id>/check/signed",), "post"),
    "withdraw": (
        check,
        ("/say/<id>/withdraw", "/say/catalogue/<rightsholder>/withdraw"),
        "get post",
    ),
    "done": (outcome, ("/say/<id>/done",), "get"),
    "cancel": (outcome, ("/say/<id>/cancel",), "post"),
    "refused": (outcome, ("/say/<id>/refused.csv",), "get"),
    "waiting": (waiting_pages, ("/waiting",), "get"),
    "stop": (waiting_pages, ("/waiting/<id>/cancel",), "post"),
    "confirm": (waiting_pages, ("/waiting/<id>/confirm",), "post"),
    "confirm_some": (waiting_pages, ("/waiting/confirm",), "post"),
    "stop_all": (waiting_pages, ("/waiting/stop",), "post"),
}
"""name → (module, paths, methods): the view of `get` and "what" is `get_what`."""


def install_say(app: Flask) -> None:
    """Adds these pages to this application, and `waits_of` for the templates of all."""
    pages = Blueprint("say", __name__)
    for name, (module, paths, methods) in _PAGES.items():
        for method in methods.split():
            view = f"{method}_{name}"
            for path in paths:
                pages.add_url_rule(path, view, getattr(module, view), methods=[method.upper()])
    pages.context_processor(lambda: {"begin_words": begin_words})
    app.register_blueprint(pages)
    app.context_processor(lambda: {"waits_of": _waits_of})


def _waits_of(rightsholder: str) -> int:
    """How much of a rightsholder waits now, for the macro `waiting_note`."""
    registry = the_registry()
    with registry.reading() as uow:
        return waiting_count(uow, rightsholder, registry.clock())
