"""The directory of platforms: who can be named as a grantee, and who belongs to whom."""

from typing import Any

from flask import Response

from registry.api.blueprint import Blueprint
from registry.api.paging import page_response
from registry.api.platform_schemas import DirectoryQuerySchema, PlatformSchema
from registry.api.reply_schemas import page_of
from registry.api.wired import the_registry
from registry.services.list_platforms import Listed, list_platforms

platforms = Blueprint("platforms", __name__, description="Who asks")


@platforms.route("/v1/platforms", methods=["GET"])
@platforms.arguments(DirectoryQuerySchema, location="query")
@platforms.response(200, page_of(PlatformSchema, "platforms"))
def get_platforms(page: dict[str, Any]) -> Response:
    """All registered platforms, in order of id. With `q` a page may hold few or none; go on while there is a `next`."""
    with the_registry().reading() as uow:
        found, after = list_platforms(uow, page["q"], page["after"], page["limit"])
    return page_response("platforms", [present_platform(each) for each in found], after)


def present_platform(listed: Listed) -> dict[str, Any]:
    """A platform in the directory."""
    return {
        "id": listed.platform.id,
        "name": listed.platform.name,
        "legal_entity": listed.platform.legal_entity,
        "affiliate_of": [id for id, _ in listed.parents],
        "domain": listed.profile.proved_domain,
    }
