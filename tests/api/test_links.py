"""Links between works, said by one side, stood by by the other, taken away only after a wait."""


def test_a_link_is_made_confirmed_and_proposed_to_be_taken_away(world):
    song = world.work(kind="composition", role="composition", token=world.other_token)
    recording = world.work()
    path = f"/v1/works/{recording['id']}/links"
    made = world.call("POST", path, {"kind": "embodies", "to": song["id"]})
    assert made.status_code == 201
    link = made.json()
    assert link["stands_by"] == [world.rightsholder]
    confirmed = world.call("POST", f"/v1/links/{link['id']}/confirm", token=world.other_token)
    assert confirmed.json()["stands_by"] == [world.rightsholder, world.other_rightsholder]
    again = world.call("POST", f"/v1/links/{link['id']}/confirm", token=world.other_token)
    assert (again.status_code, again.json()["receipt"]) == (200, None)
    gone = world.call("DELETE", f"/v1/links/{link['id']}")
    assert (gone.status_code, gone.json()["link"]) == (202, link["id"])


def test_what_cannot_be_linked_is_refused_by_field(world):
    work = world.work()
    path = f"/v1/works/{work['id']}/links"
    assert (
        world.call("POST", path, {"kind": "embodies", "to": work["id"]}).json()["code"]
        == "self-link"
    )
    assert world.call("POST", path, {"kind": "embodies", "to": "nothing"}).json()["field"] == "to"
    assert world.call("POST", path, {"kind": "samples", "to": work["id"]}).json()["field"] == "kind"
    assert world.call("DELETE", "/v1/links/nothing").status_code == 404
    assert world.call("POST", "/v1/links/nothing/confirm").status_code == 404
