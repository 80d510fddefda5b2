"""Records are served byte for byte as they were signed, with a proof that holds and the chain around them."""

from registry.client.verify import verify_receipt, verify_record


def test_a_record_is_served_byte_for_byte_decoded_and_as_a_page(world):
    work = world.work(title="<script>alert(1)</script>")
    declared = world.declared(work["id"])
    path = f"/v1/records/{declared['id']}"
    signed = world.http.get(path)
    assert signed.headers["content-type"] == "application/vc+jwt"
    assert signed.text == declared["record"]["jws"]
    assert world.http.get(path, headers={"accept": "application/vc+jwt"}).content == signed.content
    credential = world.http.get(path, headers={"accept": "application/json"})
    assert credential.json() == verify_record(signed.text, world.published())
    led = world.http.get(path, headers={"accept": "text/html,*/*;q=0.8"})
    assert (led.status_code, led.headers["location"]) == (303, f"/records/{declared['id']}")
    page = world.http.get(led.headers["location"])
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "<script>" not in page.text
    assert "&lt;script&gt;" in page.text
    assert "Ada &lt;Lovelace&gt;" in page.text
    refused = world.http.get(path, headers={"accept": "image/png"})
    assert (refused.status_code, refused.json()["field"]) == (406, "Accept")


def test_the_proof_of_a_record_holds_however_far_the_log_has_grown(world):
    declared = world.declared(world.work()["id"])
    world.work()
    path = f"/v1/records/{declared['id']}/proof"
    text = world.http.get(path).text
    key = world.http.get("/.well-known/consent-registry").json()["log"]["vkey"]
    logged = verify_receipt(declared["record"]["jws"], text, world.published(), key)
    assert (logged.index, logged.size) == (declared["receipt"]["index"], world.root()[0])
    members = world.call("GET", path, token=None, accept="application/json").json()
    assert members["tlog_proof"] == text


def test_the_history_shows_what_superseded_what(world):
    work = world.work()
    first = world.declared(work["id"])
    second = world.declared(work["id"], preset="everything")
    withdrawn = world.call("POST", f"/v1/declarations/{second['id']}/withdraw").json()
    for id in (first["id"], second["id"], withdrawn["id"]):
        history = world.call("GET", f"/v1/records/{id}/history", token=None).json()
        assert [each["id"] for each in history["declarations"]] == [first["id"], second["id"]]
        assert history["declarations"][1]["withdrawals"][0]["id"] == withdrawn["id"]


def test_what_is_no_record_is_not_found(world):
    for path in ("nothing", "01a20212-5f30-70ac-93b8-967730279525", world.work()["id"]):
        for tail in ("", "/proof", "/history"):
            assert world.http.get(f"/v1/records/{path}{tail}").status_code == 404


def test_a_status_list_is_signed_cacheable_and_the_same_for_a_minute(world):
    declared = world.declared(world.work()["id"])
    status = verify_record(declared["record"]["jws"], world.published())["credentialStatus"]
    path = status["statusListCredential"].removeprefix(world.url)
    signed = world.http.get(path)
    assert signed.headers["content-type"] == "application/vc+jwt"
    assert signed.headers["cache-control"] == "public, max-age=60"
    assert world.http.get(path).content == signed.content
    world.clock.now += 61_000
    assert world.http.get(path).content != signed.content
    for none in ("0", "999", "x", "01", "-1", "1" * 30, "%D9%A1"):
        assert world.http.get(f"/v1/status/{none}").status_code == 404
