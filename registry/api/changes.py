"""`/v1/changes`: the log, entry by entry, with what it touches; waits for the next entry where it is asked to.

For platforms: the keys in it are hashes of what can be guessed, so a list of what is registered is not for everybody
(docs/adr/0014-changes.md). The same for every platform.
"""

from typing import Any

from flask import Response

from registry.api.blueprint import Blueprint
from registry.api.change_schemas import ChangesQuerySchema, ChangesSchema
from registry.api.counts import wait_series
from registry.api.platform_call import signed_reply, the_platform
from registry.api.present_changes import present_changes
from registry.api.wired import the_registry, the_tallies, the_waiting_room
from registry.services.list_changes import Changes, list_changes
from registry.storage.head_watch import Mark

RETRY_SECONDS = 5
"""When to come again, where nobody else can wait."""

changes = Blueprint("changes", __name__, description="What changed: follow the log")


@changes.route("/v1/changes", methods=["GET"])
@changes.arguments(ChangesQuerySchema, location="query")
@changes.response(200, ChangesSchema)
def get_changes(asked: dict[str, Any]) -> Response:
    """What changed after an entry of the log, in order, and what now holds of whatever it touched.

    With `wait`, the reply comes when there is something new, or when that time is over. Where too many wait already, it
    comes at once, with Retry-After. Nothing in it is a permission: ask again for what it overtakes.
    """
    registry = the_registry()
    first = 0 if asked["after"] is None else asked["after"] + 1
    mark = registry.head_watch.mark()
    found = _found(first, asked["limit"])
    turned_away = False
    if not found.changes and asked["wait"]:
        with the_waiting_room().place(the_platform()) as taken:
            turned_away = not taken
            if taken:
                found = _waited(found, first, asked, mark)
            else:
                the_tallies().add(wait_series("turned-away"))
    reply = signed_reply(present_changes(found, registry.place))
    if turned_away:
        reply.headers["Retry-After"] = str(RETRY_SECONDS)
    return reply


def _waited(found: Changes, first: int, asked: dict[str, Any], mark: Mark) -> Changes:
    """What there is once the log has grown, or the time is over. Counted, whatever happens."""
    registry, ended = the_registry(), "nothing"
    the_tallies().add(wait_series("begun"))
    try:
        if registry.head_watch.wait(mark, asked["wait"]):
            found, ended = _found(first, asked["limit"]), "news"
        return found
    finally:
        the_tallies().add(wait_series(ended))


def _found(first: int, limit: int) -> Changes:
    registry = the_registry()
    with registry.reading() as uow:
        found = list_changes(uow, first, limit, registry.clock())
    registry.released(found.head)
    return found
