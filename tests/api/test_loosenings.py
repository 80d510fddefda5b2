"""What waits is seen by its owner and can be cancelled by them, and by nobody else."""


def test_what_waits_is_listed_and_cancelled_once(world):
    declared = world.declared(world.work()["id"], preferences={"search": "allow"})
    waiting = world.call("GET", "/v1/loosenings").json()["loosenings"]
    assert [each["id"] for each in waiting] == [declared["id"]]
    assert waiting[0]["needs_confirmation"] is True
    assert world.call("GET", "/v1/loosenings", token=world.other_token).json()["loosenings"] == []
    path = f"/v1/loosenings/{declared['id']}/cancel"
    assert world.call("POST", path, token=world.other_token).status_code == 403
    assert world.call("POST", path).json()["cancelled"] is True
    assert world.call("POST", path).status_code == 409
    assert world.call("GET", "/v1/loosenings").json()["loosenings"] == []
    assert world.call("POST", "/v1/loosenings/nothing/cancel").status_code == 404
