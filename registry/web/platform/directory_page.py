"""`/platforms`: everybody who asks, to be named in a permission; with what stands behind each name."""

from flask import Response, request

from registry.services.list_platforms import list_platforms
from registry.web.page import present
from registry.web.platform.shown import in_directory
from registry.web.wired import the_registry

A_PAGE = 50


def get_directory() -> Response:
    """A page of the directory, or of what was searched for in it."""
    search = request.args.get("q", "")[:200]
    with the_registry().reading() as uow:
        found, following = list_platforms(uow, search, request.args.get("after", "")[:100], A_PAGE)
    members = {
        "search": search,
        "platforms": [in_directory(each) for each in found],
        "next": following,
    }
    return present("platform/directory.html", members)
