"""Replies have exactly the members that their schemas name: nothing missing, nothing more."""

from registry.api.reply_schemas import (
    DeclarationSchema,
    HistorySchema,
    LoggedRecordSchema,
    LoggedWorkSchema,
    WorkSchema,
    page_of,
)


def test_replies_load_strictly(world):
    work = world.work()
    LoggedWorkSchema().load(work)
    declared = world.declared(
        work["id"], preset="ask-me-first", conditions={"contact": "mailto:a@x.example"}
    )
    LoggedRecordSchema().load(declared)
    world.call("POST", f"/v1/declarations/{declared['id']}/withdraw")
    page_of(DeclarationSchema, "declarations").load(world.call("GET", "/v1/declarations").json())
    page_of(WorkSchema, "works").load(world.call("GET", "/v1/works").json())
    HistorySchema().load(world.http.get(f"/v1/records/{declared['id']}/history").json())
