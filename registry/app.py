"""The web application of one registry: `create_app(settings)`. It opens the registry; `registry run` and
`registry migrate` prepare it.
"""

import sys

from flask import Flask, g, has_request_context, request

from registry.api.admission import enforce_permissions
from registry.api.anonymous_limit import AnonymousLimit
from registry.api.counts import Counts
from registry.api.lane import QuestionLane
from registry.api.openapi import install_api
from registry.api.permissions import Who
from registry.api.problems import install_problems
from registry.api.security import fixed_headers, install_security
from registry.api.watch import install_watch
from registry.api.wired import the_desk, the_tallies, wire
from registry.bootstrap import open_registry
from registry.instants import Clock, system_clock
from registry.logs import open_log
from registry.settings import Settings
from registry.storage.journal import ITSELF, Caller
from registry.web.audit.looking import admit_auditor
from registry.web.install import install_web
from registry.web.signed_in import SignedIn, admit_account, admit_form, admit_fresh

_API = ("/v1/", "/oauth/")


def create_app(settings: Settings | None = None, clock: Clock | None = None) -> Flask:
    """A WSGI application over the registry that these settings (or the environment) describe.

    Raises: ConfigurationError for a wrong setting, or a route that nobody decided who may call.
    """
    settings = settings or Settings.from_environ()
    registry = open_registry(settings, clock or system_clock)
    registry.caller = caller
    public_url = settings.public_url
    app = Flask("registry", static_folder=None)
    app.url_map.merge_slashes = False  # an identifier in a path may be a URL
    app.url_map.strict_slashes = True
    wire(app, registry)
    install_problems(app, public_url)
    install_security(app, public_url)
    install_api(app, public_url)
    with app.app_context():
        desk = the_desk()
    anonymous = AnonymousLimit(registry.nonces, settings.rate_anonymous)
    install_web(app, registry, anonymous.take, desk.platforms.take)
    people = {
        Who.FORM: admit_form,
        Who.ACCOUNT: admit_account,
        Who.ACCOUNT_FRESH: admit_fresh,
        Who.AUDITOR: admit_auditor,
    }
    enforce_permissions(app, registry, people)
    with app.app_context():
        lane = QuestionLane(app.wsgi_app, desk, public_url, fixed_headers(public_url))
        counts = Counts(the_tallies())
    app.wsgi_app = lane  # type: ignore[method-assign]
    log = open_log(settings.log_level, sys.stderr, registry.clock)
    install_watch(app, counts, log, registry.clock, settings)
    return app


def caller() -> Caller:
    """Who is at the other end of the running request, as far as it was looked: for the journal."""
    if not has_request_context():
        return ITSELF
    if request.path.startswith(_API):
        if "token" in g:
            return Caller("API", g.token, "token")
        return Caller("API", g.asker.platform, "platform") if "asker" in g else Caller("API")
    who: SignedIn | None = g.get("person")
    if who is None:
        return Caller("web")
    return Caller("web", who.actor.id, who.actor.authority, who.session.id)
