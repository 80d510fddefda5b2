"""The directory of platforms: who can be named as a grantee, and who belongs to whom."""

from typing import Any, cast

from flask import Response

from registry.api.artist_schemas import PageSchema
from registry.api.blueprint import Blueprint
from registry.api.paging import page_response
from registry.api.present import present_platform
from registry.api.reply_schemas import PlatformSchema, page_of
from registry.api.wired import the_registry
from registry.domain.dossiers import Platform

platforms = Blueprint("platforms", __name__, description="Who asks")


@platforms.route("/v1/platforms", methods=["GET"])
@platforms.arguments(PageSchema(only=("after", "limit")), location="query")
@platforms.response(200, page_of(PlatformSchema, "platforms"))
def get_platforms(page: dict[str, Any]) -> Response:
    """All registered platforms, in order of id."""
    with the_registry().reading() as uow:
        ids = [id for id in uow.platform_keys.platforms() if id > page["after"]]
        shown = ids[: page["limit"]]
        uow.projection.load(shown)
        found = [
            present_platform(cast(Platform, uow.projection.dossier("platform", id))) for id in shown
        ]
    return page_response("platforms", found, shown[-1] if len(ids) > len(shown) else None)
