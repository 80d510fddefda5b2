"""The routes of the inbox. Who may call each is in the table of permissions."""

from flask import Blueprint, Flask

from registry.web.inbox import choice_pages, inbox_pages

_PAGES = {
    "inbox": (inbox_pages, "/inbox", "get"),
    "read": (inbox_pages, "/inbox/read", "post"),
    "choices": (choice_pages, "/account/notices", "get post"),
    "no_more": (choice_pages, "/inbox/no-more", "get post"),
}
"""name → (module, path, methods): the view of `get` and "inbox" is `get_inbox`."""


def install_inbox(app: Flask) -> None:
    """Adds these pages to this application, and `unread_notices` to what every template may use."""
    pages = Blueprint("inbox", __name__)
    for name, (module, path, methods) in _PAGES.items():
        for method in methods.split():
            view = f"{method}_{name}"
            pages.add_url_rule(path, view, getattr(module, view), methods=[method.upper()])
    app.register_blueprint(pages)
    app.context_processor(lambda: {"unread_notices": inbox_pages.unread})
