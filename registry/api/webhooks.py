"""`/v1/webhooks`: where a platform wants to be told that there is something new; what was not delivered, and again.

For the platform whose they are, and in the registry's own books: nothing of it is logged.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from flask import Response

from registry.api.blueprint import Blueprint
from registry.api.platform_call import signed_reply, take_share, the_platform
from registry.api.present import moment
from registry.api.webhook_schemas import (
    DeadLettersSchema,
    DeletedSchema,
    NewWebhookSchema,
    ReplayedSchema,
    WebhookSchema,
    WebhooksSchema,
)
from registry.api.wired import the_limits, the_registry
from registry.services.register_webhook import (
    dead_notices,
    delete_webhook,
    register_webhook,
    replay,
    send_test,
)
from registry.storage.unit_of_work import UnitOfWork
from registry.storage.webhooks import Notice, Webhook

SENDINGS_A_MINUTE = 60
"""Registrations, tests and replays of one platform, if it does nothing else: each has us knock at somebody's door."""

webhooks = Blueprint("webhooks", __name__, description="Be told of changes")


@webhooks.route("/v1/webhooks", methods=["POST"])
@webhooks.arguments(NewWebhookSchema)
@webhooks.response(201, WebhookSchema)
@webhooks.alt_response(200, schema=WebhookSchema, description="It was there already")
def post_webhook(new: dict[str, Any]) -> Response:
    """Be sent a signed notice when something is new. The address is sent a challenge first, which it has to answer with
    as the whole body; nothing else is sent before. The same address again changes its kinds."""

    def register(uow: UnitOfWork, platform: str, now: int) -> tuple[dict[str, Any], int]:
        before = len(uow.webhooks.of(platform))
        webhook = register_webhook(uow, platform, new["url"], new["kinds"], now)
        is_new = len(uow.webhooks.of(platform)) > before
        return _present(uow, webhook), HTTPStatus.CREATED if is_new else HTTPStatus.OK

    take_share(SENDINGS_A_MINUTE)
    return _written(register)


@webhooks.route("/v1/webhooks", methods=["GET"])
@webhooks.response(200, WebhooksSchema)
def get_webhooks() -> Response:
    """Your webhooks, and how they stand."""
    with the_registry().reading() as uow:
        shown = [_present(uow, each) for each in uow.webhooks.of(the_platform())]
    return signed_reply({"webhooks": shown})


@webhooks.route("/v1/webhooks/<id>", methods=["DELETE"])
@webhooks.response(200, DeletedSchema)
def delete_one(id: str) -> Response:
    """Be told no more. What was given up on is forgotten too."""

    def delete(uow: UnitOfWork, platform: str, _now: int) -> tuple[dict[str, Any], int]:
        delete_webhook(uow, platform, id)
        return {"id": id, "deleted": True}, HTTPStatus.OK

    return _written(delete)


@webhooks.route("/v1/webhooks/<id>/test", methods=["POST"])
@webhooks.response(202, WebhookSchema)
def post_test(id: str) -> Response:
    """Be sent a notice that tells of nothing; or the challenge again, where it was not echoed. No body."""

    def test(uow: UnitOfWork, platform: str, now: int) -> tuple[dict[str, Any], int]:
        return _present(uow, send_test(uow, platform, id, now)), HTTPStatus.ACCEPTED

    take_share(SENDINGS_A_MINUTE)
    return _written(test)


@webhooks.route("/v1/webhooks/<id>/dead-letters", methods=["GET"])
@webhooks.response(200, DeadLettersSchema)
def get_dead_letters(id: str) -> Response:
    """The notices that were given up on."""
    with the_registry().reading() as uow:
        dead = dead_notices(uow, the_platform(), id)
    return signed_reply({"dead_letters": [_present_notice(each) for each in dead]})


@webhooks.route("/v1/webhooks/<id>/replay", methods=["POST"])
@webhooks.response(202, ReplayedSchema)
def post_replay(id: str) -> Response:
    """Be sent again what was given up on, oldest first; a paused webhook is active again. No body."""

    def again(uow: UnitOfWork, platform: str, now: int) -> tuple[dict[str, Any], int]:
        return {"id": id, "replayed": replay(uow, platform, id, now)}, HTTPStatus.ACCEPTED

    take_share(SENDINGS_A_MINUTE)
    return _written(again)


def _written(act: Callable[[UnitOfWork, str, int], tuple[dict[str, Any], int]]) -> Response:
    """Does it in one transaction, as one of the writes that are let in at once, and replies with members and status."""
    registry, platform = the_registry(), the_platform()
    with the_limits().gate.admitted(platform), registry.bookkeeping() as uow:
        members, status = act(uow, platform, registry.clock())
    return signed_reply(members, status)


def _present(uow: UnitOfWork, webhook: Webhook) -> dict[str, Any]:
    waiting = uow.webhooks.waiting(webhook.id)
    return {
        "id": webhook.id,
        "url": webhook.url,
        "kinds": webhook.kinds,
        "state": webhook.state,
        "made_at": moment(webhook.made_at),
        "next": webhook.told,
        "delivered": webhook.delivered,
        "delivered_at": moment(webhook.delivered_at),
        "waiting": None if waiting is None else _present_notice(waiting),
        "dead_letters": len(uow.webhooks.dead(webhook.id)),
        "trouble": webhook.trouble,
    }


def _present_notice(notice: Notice) -> dict[str, Any]:
    return {
        "id": notice.id,
        "type": notice.kind,
        "made_at": moment(notice.made_at),
        "first": notice.first,
        "last": notice.last,
        "count": notice.count,
        "kinds": notice.kinds,
        "tries": notice.tries,
        "tried_at": moment(notice.tried_at),
        "given_up_at": moment(notice.dead_at),
        "trouble": notice.trouble,
    }
