"""Who may call what: one line a route, enforced before the view runs. A route without a line keeps the
application from starting (and fails tests/house/test_routes.py).

A platform is checked by the desks themselves (a signature covers the body); a personal token is checked here,
and again within the transaction that writes. What a token may touch is its own rightsholder's: the
services decide that.
"""

from collections.abc import Callable, Mapping
from enum import Enum
from types import MappingProxyType

from flask import Flask, Response, after_this_request, g, request
from werkzeug.wrappers import Response as BaseResponse

from registry.api.operator_access import authenticate_operator
from registry.api.platform_call import authenticate_platform
from registry.api.watch import note_token
from registry.api.wired import the_limits
from registry.bootstrap import Registry
from registry.errors import ConfigurationError
from registry.services.open_account import authenticate_token


class Who(Enum):
    """Who may call a route."""

    EVERYONE = "everyone"
    PLATFORM = "a platform that signed the request or shows an access token"
    PLATFORM_OR_FEW = "the same; anybody else a few times a minute"
    PLATFORM_OWN = "a platform in the same way, for what is its own"
    CLIENT = "a platform that proves with an assertion who it is"
    QUERY_KEY = "a platform with its plain key"
    OPERATOR = "the operator's programs: from this machine, or with the metrics token"
    FORM = "everyone, by a form of a page of ours"
    ACCOUNT = "a person who is signed in, for what is theirs"
    ACCOUNT_FRESH = "the same, who proved within minutes who they are"
    TOKEN = "a token, for what is its rightsholder's"  # noqa: S105


PEOPLE = frozenset({Who.FORM, Who.ACCOUNT, Who.ACCOUNT_FRESH})

PERMISSIONS: Mapping[str, Who] = {
    # -- questions --
    "questions.post_question": Who.PLATFORM,
    "questions.get_question": Who.PLATFORM_OR_FEW,
    "opt_out_queries.post_lines": Who.QUERY_KEY,
    "oauth.post_token": Who.CLIENT,
    "asks.get_asks": Who.PLATFORM_OWN,
    "asks.get_ask_proof": Who.PLATFORM_OWN,
    "own_account.get_failed_signatures": Who.PLATFORM_OWN,
    "own_account.get_answers": Who.PLATFORM_OWN,
    # -- changes: the keys in it can be guessed, so they are not for everybody --
    "changes.get_changes": Who.PLATFORM_OWN,
    "webhooks.post_webhook": Who.PLATFORM_OWN,
    "webhooks.get_webhooks": Who.PLATFORM_OWN,
    "webhooks.delete_one": Who.PLATFORM_OWN,
    "webhooks.post_test": Who.PLATFORM_OWN,
    "webhooks.get_dead_letters": Who.PLATFORM_OWN,
    "webhooks.post_replay": Who.PLATFORM_OWN,
    # -- records: whoever holds the id was given it by an answer or a receipt; nothing lists them --
    "records.get_record": Who.EVERYONE,
    "records.get_proof": Who.EVERYONE,
    "records.get_history": Who.EVERYONE,
    "records.get_status_list": Who.EVERYONE,
    # -- artists and those who act for them --
    "works.post_work": Who.TOKEN,
    "works.get_works": Who.TOKEN,
    "works.get_work": Who.TOKEN,
    "works.post_identifiers": Who.TOKEN,
    "works.delete_identifier": Who.TOKEN,
    "works.post_claim": Who.TOKEN,
    "imports.post_import": Who.TOKEN,
    "imports.get_imports": Who.TOKEN,
    "imports.get_import": Who.TOKEN,
    "imports.post_start": Who.TOKEN,
    "imports.post_cancel": Who.TOKEN,
    "imports.get_rejected": Who.TOKEN,
    "links.post_link": Who.TOKEN,
    "links.post_confirmation": Who.TOKEN,
    "links.delete_link": Who.TOKEN,
    "locations.post_location": Who.TOKEN,
    "locations.get_locations": Who.TOKEN,
    "locations.get_location": Who.TOKEN,
    "claims.post_proof": Who.TOKEN,
    "declarations.post_declaration": Who.TOKEN,
    "declarations.get_declarations": Who.TOKEN,
    "declarations.post_withdrawal": Who.TOKEN,
    "lookups.get_lookups": Who.TOKEN,
    "loosenings.get_loosenings": Who.TOKEN,
    "loosenings.post_cancellation": Who.TOKEN,
    # -- operators --
    "metrics.get_metrics": Who.OPERATOR,
    # -- everyone --
    "platforms.get_platforms": Who.EVERYONE,
    "log.get_checkpoint": Who.EVERYONE,
    "log.get_witnessed": Who.EVERYONE,
    "log.get_tile": Who.EVERYONE,
    # hashes of what can be guessed; plain files, so that a cache can serve them (docs/adr/0011-offline-screening.md)
    "snapshots.get_latest": Who.EVERYONE,
    "snapshots.get_manifest": Who.EVERYONE,
    "snapshots.get_file": Who.EVERYONE,
    "well_known.get_did": Who.EVERYONE,
    "well_known.get_jwks": Who.EVERYONE,
    "well_known.get_signature_directory": Who.EVERYONE,
    "well_known.get_description": Who.EVERYONE,
    "oauth.get_server_metadata": Who.EVERYONE,
    "oauth.get_registry_metadata": Who.EVERYONE,
    "oauth.get_questions_metadata": Who.EVERYONE,
    "health.get_health": Who.EVERYONE,
    "health.get_readiness": Who.EVERYONE,
    "pages.get_documentation": Who.EVERYONE,
    "pages.get_problem": Who.EVERYONE,
    # -- pages for people; a lookup counts like an unsigned question --
    "web.get_home": Who.EVERYONE,
    "web.get_lookup": Who.EVERYONE,
    "web.get_record_page": Who.EVERYONE,
    "web.get_seal": Who.EVERYONE,
    "web.get_badge": Who.EVERYONE,
    "web.get_statistics": Who.EVERYONE,
    "web.get_statistics_csv": Who.EVERYONE,
    "web.get_how_page": Who.EVERYONE,
    "web.get_log_page": Who.EVERYONE,
    "web.get_key_page": Who.EVERYONE,
    "web.get_static": Who.EVERYONE,
    # -- people and their accounts --
    "account.get_sign_up": Who.EVERYONE,
    "account.post_sign_up": Who.FORM,
    "account.get_mail_sent": Who.EVERYONE,
    "account.get_sign_up_link": Who.EVERYONE,
    "account.post_sign_up_link": Who.FORM,
    "account.get_new_password": Who.EVERYONE,
    "account.post_new_password": Who.FORM,
    "account.get_new_password_link": Who.EVERYONE,
    "account.post_new_password_link": Who.FORM,
    "account.get_sign_in": Who.EVERYONE,
    "account.post_sign_in": Who.FORM,
    "account.get_code": Who.EVERYONE,
    "account.post_code": Who.FORM,
    "account.get_prove": Who.ACCOUNT,
    "account.post_prove": Who.ACCOUNT,
    "account.post_sign_out": Who.ACCOUNT,
    "account.get_account": Who.ACCOUNT,
    "account.get_sessions": Who.ACCOUNT,
    "account.post_end_session": Who.ACCOUNT,
    "account.get_details": Who.ACCOUNT,
    "account.post_details": Who.ACCOUNT,
    "account.get_password": Who.ACCOUNT_FRESH,
    "account.post_password": Who.ACCOUNT_FRESH,
    "account.get_address": Who.ACCOUNT_FRESH,
    "account.post_address": Who.ACCOUNT_FRESH,
    "account.get_passkeys": Who.ACCOUNT_FRESH,
    "account.post_passkey": Who.ACCOUNT_FRESH,
    "account.post_passkey_options": Who.ACCOUNT_FRESH,
    "account.post_remove_passkey": Who.ACCOUNT_FRESH,
    "account.post_sign_in_options": Who.FORM,
    "account.post_sign_in_passkey": Who.FORM,
    "account.post_prove_options": Who.ACCOUNT,
    "account.post_prove_passkey": Who.ACCOUNT,
    "account.get_providers": Who.ACCOUNT_FRESH,
    "account.post_remove_provider": Who.ACCOUNT_FRESH,
    "account.get_add_provider": Who.ACCOUNT_FRESH,
    "account.get_with_provider": Who.EVERYONE,
    "account.get_provider_back": Who.EVERYONE,
    "account.get_download": Who.ACCOUNT_FRESH,
    "account.get_delete": Who.ACCOUNT_FRESH,
    "account.post_delete": Who.ACCOUNT_FRESH,
    "account.get_rightsholders": Who.ACCOUNT,
    "account.post_rightsholders": Who.ACCOUNT,
    "account.get_rightsholder": Who.ACCOUNT,
    # a no needs no fresh proof, and a passkey that signs is one
    "account.get_declare": Who.ACCOUNT,
    "account.post_declare": Who.ACCOUNT,
    "account.post_declare_options": Who.ACCOUNT,
    "account.post_declare_signed": Who.ACCOUNT,
    "account.post_invite": Who.ACCOUNT_FRESH,
    "account.post_role": Who.ACCOUNT_FRESH,
    "account.post_end_delegation": Who.ACCOUNT,
    "account.get_invitation": Who.EVERYONE,
    "account.post_invitation": Who.ACCOUNT,
    "account.get_codes": Who.ACCOUNT_FRESH,
    "account.post_codes": Who.ACCOUNT_FRESH,
    "account.post_stop_codes": Who.ACCOUNT_FRESH,
    "account.post_recovery_codes": Who.ACCOUNT_FRESH,
    "account.get_new_address_link": Who.EVERYONE,
    "account.post_new_address_link": Who.FORM,
    # -- an artist's first word: anybody writes; who sends it is signed in (and proved, where it loosens) --
    "begin.get_who": Who.EVERYONE,
    "begin.post_who": Who.FORM,
    "begin.get_say": Who.EVERYONE,
    "begin.post_say": Who.FORM,
    "begin.get_uses": Who.EVERYONE,
    "begin.post_uses": Who.FORM,
    "begin.get_works": Who.EVERYONE,
    "begin.post_works": Who.FORM,
    "begin.get_check": Who.EVERYONE,
    "begin.post_check": Who.ACCOUNT,
    "begin.get_done": Who.ACCOUNT,
    "begin.post_look": Who.ACCOUNT,
    "begin.post_anew": Who.FORM,
    # -- pages of platforms: for who acts for one, in the role that the view asks for; what adds needs fresh proof --
    "web.get_platforms": Who.EVERYONE,
    "platform.get_mine": Who.ACCOUNT,
    "platform.get_new": Who.ACCOUNT,
    "platform.get_invitation": Who.ACCOUNT,
    "platform.get_overview": Who.ACCOUNT,
    "platform.get_keys": Who.ACCOUNT,
    "platform.get_members": Who.ACCOUNT,
    "platform.get_answers": Who.ACCOUNT,
    "platform.get_refused": Who.ACCOUNT,
    "platform.post_new": Who.ACCOUNT,
    "platform.post_invitation": Who.ACCOUNT,
    "platform.post_contact": Who.ACCOUNT,
    "platform.post_domain": Who.ACCOUNT_FRESH,
    "platform.post_look": Who.ACCOUNT,
    "platform.post_affiliation": Who.ACCOUNT_FRESH,
    "platform.post_end_affiliation": Who.ACCOUNT,
    "platform.post_key": Who.ACCOUNT_FRESH,
    "platform.post_revoke_key": Who.ACCOUNT,
    "platform.post_query_key": Who.ACCOUNT_FRESH,
    "platform.post_directory": Who.ACCOUNT_FRESH,
    "platform.post_invite": Who.ACCOUNT_FRESH,
    "platform.post_end_invitation": Who.ACCOUNT,
    "platform.post_role": Who.ACCOUNT_FRESH,
    "platform.post_remove_member": Who.ACCOUNT_FRESH,
    "api-docs.openapi_json": Who.EVERYONE,
}
"""endpoint → who."""


Admit = Callable[[], BaseResponse | None]
"""Lets somebody in (None), leads them elsewhere first, or raises."""

_READS = frozenset({"GET", "HEAD"})


def undecided(app: Flask) -> list[str]:
    """Routes of this application that nobody decided about, and decisions without a route."""
    routes = {rule.endpoint for rule in app.url_map.iter_rules()}
    return sorted(routes ^ PERMISSIONS.keys())


def enforce_permissions(
    app: Flask, registry: Registry, people: Mapping[Who, Admit] = MappingProxyType({})
) -> None:
    """Refuses to start with an undecided route; asks for tokens where a route needs one. `people`: how a person is
    let in to a form or to what is theirs, which the pages know.

    Raises: ConfigurationError naming the routes.
    """
    if found := undecided(app):
        raise ConfigurationError(f"routes and permissions do not fit: {', '.join(found)}")

    def check() -> BaseResponse | None:
        who = PERMISSIONS.get(request.endpoint or "")
        if request.method == "OPTIONS":
            return None
        if who in PEOPLE:
            return people[who]()
        if who is Who.OPERATOR:
            authenticate_operator(request.environ, registry.settings.metrics_token)
        elif who is Who.PLATFORM_OWN:
            authenticate_platform()
        elif who is Who.TOKEN:
            with registry.reading() as uow:
                token = authenticate_token(uow, request.headers.get("Authorization"))
            g.token = token.id
            note_token(token.id)
            if request.method not in _READS:
                _count_write(token.id, registry.clock())
        return None

    app.before_request(check)


def _count_write(token: str, now: int) -> None:
    fields = the_limits().token.take(token, now)

    def tell(response: Response) -> Response:
        response.headers.extend(fields)
        return response

    after_this_request(tell)
