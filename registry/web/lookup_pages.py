"""`/` and `/lookup`: one box for whatever names a work, and the answer for all nine uses."""

from flask import Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from registry.instants import SECOND_MS, parse_rfc3339
from registry.web.lookup import look_up
from registry.web.page import A_MOMENT, NO_STORE, present
from registry.web.pasted import SAMPLES, lines_of
from registry.web.wired import take_place, the_registry


def get_home() -> Response:
    """What this is, and the box."""
    registry = the_registry()
    place = registry.place
    members = {
        "origin": place.origin,
        "issuer": place.issuer,
        "loosening_delay_seconds": registry.settings.loosening_delay // SECOND_MS,
        "look_up": f"{place.public_url}/lookup?id={{id}}",
    }
    return present("home.html", members, cache=A_MOMENT)


def get_lookup() -> AnyResponse:
    """The answer about one work; its address can be kept and given on."""
    lines = lines_of(request.args.getlist("id"))
    if not lines:
        return redirect("/", 303)
    moment = request.args.get("as_of")
    as_of = None if not moment else parse_rfc3339(moment, field="as_of")
    registry = the_registry()
    limits = take_place(request.remote_addr or "", registry.clock())
    members = look_up(registry, lines, as_of)
    if all(each["decision"] == "error" for each in members["answers"]):
        members["samples"] = SAMPLES
    return present("lookup.html", members, cache=NO_STORE, headers=limits)
