"""The routes of the pages of platforms. Who may call each is in the table of permissions; which role, in the views."""

from flask import Blueprint, Flask

from registry.web.platform import own_forms, own_pages
from registry.web.platform.said import ROLES, STATES

_PAGES = {
    "mine": "",
    "new": "/new",
    "invitation": "/invitation",
    "overview": "/<id>",
    "keys": "/<id>/keys",
    "members": "/<id>/members",
    "answers": "/<id>/answers",
    "refused": "/<id>/failed-signatures",
}
"""name → path: its view is `get_` and the name."""
_FORMS = {
    "new": "/new",
    "invitation": "/invitation",
    "contact": "/<id>/contact",
    "domain": "/<id>/domain",
    "look": "/<id>/domain/look",
    "affiliation": "/<id>/affiliations",
    "end_affiliation": "/<id>/affiliations/end",
    "key": "/<id>/keys",
    "revoke_key": "/<id>/keys/revoke",
    "query_key": "/<id>/query-keys",
    "directory": "/<id>/directory",
    "invite": "/<id>/members",
    "end_invitation": "/<id>/members/invitations/end",
    "role": "/<id>/members/role",
    "remove_member": "/<id>/members/remove",
}
"""name → path: its view is `post_` and the name."""


def install_platform(app: Flask) -> None:
    """Adds these pages to this application."""
    pages = Blueprint("platform", __name__, url_prefix="/platform")
    for name, path in _PAGES.items():
        pages.add_url_rule(path, f"get_{name}", getattr(own_pages, f"get_{name}"))
    for name, path in _FORMS.items():
        view = getattr(own_forms, f"post_{name}")
        pages.add_url_rule(path, f"post_{name}", view, methods=["POST"])
    pages.context_processor(lambda: {"roles_in_words": ROLES, "states_in_words": STATES})
    app.register_blueprint(pages)
