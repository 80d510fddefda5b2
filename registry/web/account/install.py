"""The routes of the account's pages. Who may call each is in the table of permissions."""

from flask import Blueprint, Flask

from registry.web.account import (
    account_pages,
    code_pages,
    declare_pages,
    leaving_pages,
    member_pages,
    passkey_pages,
    provider_pages,
    sign_in_pages,
    sign_up_pages,
)

_PAGES = {
    "sign_up": (sign_up_pages, "/sign-up", "get post"),
    "mail_sent": (sign_up_pages, "/mail-sent", "get"),
    "sign_up_link": (sign_up_pages, "/sign-up/link", "get post"),
    "new_password": (sign_up_pages, "/new-password", "get post"),
    "new_password_link": (sign_up_pages, "/new-password/link", "get post"),
    "sign_in": (sign_in_pages, "/sign-in", "get post"),
    "code": (sign_in_pages, "/sign-in/code", "get post"),
    "prove": (sign_in_pages, "/prove", "get post"),
    "sign_out": (sign_in_pages, "/sign-out", "post"),
    "account": (account_pages, "", "get"),
    "sessions": (account_pages, "/sessions", "get"),
    "end_session": (account_pages, "/sessions/end", "post"),
    "details": (account_pages, "/details", "get post"),
    "password": (account_pages, "/password", "get post"),
    "address": (account_pages, "/address", "get post"),
    "passkeys": (passkey_pages, "/passkeys", "get"),
    "passkey": (passkey_pages, "/passkeys", "post"),
    "passkey_options": (passkey_pages, "/passkeys/options", "post"),
    "remove_passkey": (passkey_pages, "/passkeys/remove", "post"),
    "sign_in_options": (passkey_pages, "/sign-in/passkey/options", "post"),
    "sign_in_passkey": (passkey_pages, "/sign-in/passkey", "post"),
    "prove_options": (passkey_pages, "/prove/passkey/options", "post"),
    "prove_passkey": (passkey_pages, "/prove/passkey", "post"),
    "providers": (provider_pages, "/providers", "get"),
    "remove_provider": (provider_pages, "/providers/remove", "post"),
    "add_provider": (provider_pages, "/providers/add/<provider>", "get"),
    "with_provider": (provider_pages, "/with/<provider>", "get"),
    "provider_back": (provider_pages, "/with/<provider>/back", "get"),
    "download": (leaving_pages, "/download", "get"),
    "delete": (leaving_pages, "/delete", "get post"),
    "rightsholders": (member_pages, "/rightsholders", "get post"),
    "rightsholder": (member_pages, "/rightsholders/<id>", "get"),
    "invite": (member_pages, "/rightsholders/<id>/invite", "post"),
    "declare": (declare_pages, "/rightsholders/<id>/declare", "get"),
    "role": (member_pages, "/rightsholders/<id>/role", "post"),
    "listing": (member_pages, "/rightsholders/<id>/listing", "post"),
    "end_delegation": (member_pages, "/rightsholders/<id>/delegation/end", "post"),
    "invitation": (member_pages, "/invitation", "get post"),
    "codes": (code_pages, "/codes", "get post"),
    "stop_codes": (code_pages, "/codes/stop", "post"),
    "recovery_codes": (code_pages, "/codes/recovery", "post"),
    "new_address_link": (account_pages, "/new-address/link", "get post"),
}
"""name → (module, path, methods): the view of `get` and "sign_in" is `get_sign_in`."""


def install_account(app: Flask) -> None:
    """Adds the account's pages to this application."""
    pages = Blueprint("account", __name__, url_prefix="/account")
    for name, (module, path, methods) in _PAGES.items():
        for method in methods.split():
            view = f"{method}_{name}"
            pages.add_url_rule(path, view, getattr(module, view), methods=[method.upper()])
    app.register_blueprint(pages)
