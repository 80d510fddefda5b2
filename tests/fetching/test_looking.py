"""What a look at somebody's site finds, and everything that it does not do (reliability.md, rule 7)."""

import gzip
import hashlib
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.fetching import looking
from registry.fetching.limits import DIGEST_BYTES, TEXT_BYTES
from registry.fetching.lines import Digest, Missed, ReadRecords, Records, Reply, Text, Within
from registry.fetching.looking import (
    Reach,
    read_records,
    read_text,
    take_digest,
)
from registry.fetching.special_ranges import special_purpose
from tests.fetching.loopback import told_reach
from tests.fetching.sites import PUBLIC, Web, redirect, reply, served_web

HOST = "artist.example"
PATH = "/.well-known/consent-registry.txt"
URL = f"https://{HOST}{PATH}"
AT_HOST = Within((HOST, f"www.{HOST}"), PATH)


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that stands still for a while is not a site that does not answer."""
    monkeypatch.setattr(looking, "TEXT_SECONDS", 60.0)


def look(web: Web, url: str = URL, within: Within = AT_HOST) -> Text | Missed:
    return read_text(told_reach(web.told), url, within)


def missed(reply: Reply) -> tuple[str, str]:
    assert isinstance(reply, Missed), reply
    return reply.outcome, reply.words


def test_a_file_is_read_over_https(web: Web) -> None:
    web.put(HOST, PATH, reply("crp1-x\n", "text/plain; charset=utf-8"))
    assert look(web) == Text(URL, "text/plain", b"crp1-x\n", False)


def test_the_request_names_the_registry_and_carries_nothing_else(web: Web) -> None:
    web.put(HOST, PATH, reply("x", Set_Cookie="a=b"))
    reach = told_reach(web.told, "consent-registry (+https://registry.example)")
    read_text(reach, URL, AT_HOST)
    read_text(reach, URL, AT_HOST)
    for head in web.secure.heads:
        lines = head.strip().split("\r\n")
        assert lines[0] == f"GET {PATH} HTTP/1.1"
        fields = dict(line.split(": ", 1) for line in lines[1:])
        assert fields.pop("User-Agent") == "consent-registry (+https://registry.example)"
        assert fields.pop("Accept")
        assert fields == {"Host": HOST, "Accept-Encoding": "identity", "Connection": "close"}


def test_what_is_not_there_is_absent(web: Web) -> None:
    web.put(HOST, "/other", reply("x"))
    assert missed(look(web)) == ("absent", f"{URL} answered 404")
    assert missed(look(web, "https://nobody.example/", Within(("nobody.example",), "/"))) == (
        "absent",
        "DNS does not know nobody.example",
    )


def test_a_certificate_for_another_name_does_not_hold(web: Web) -> None:
    web.name("artist.test", [PUBLIC])
    outcome, words = missed(look(web, "https://artist.test/", Within(("artist.test",), "/")))
    assert outcome == "unreachable"
    assert "certificate" in words
    assert web.seen == []


# -- redirects ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["301 x", "302 x", "303 x", "307 x", "308 x"])
def test_a_redirect_from_http_to_https_and_to_www_is_followed(web: Web, status: str) -> None:
    web.put(HOST, PATH, lambda to: to.sendall(redirect(f"https://www.{HOST}{PATH}", status)))
    web.put(f"www.{HOST}", PATH, reply("found"))
    found = look(web, f"http://{HOST}{PATH}")
    assert isinstance(found, Text)
    assert (found.url, found.body) == (f"https://www.{HOST}{PATH}", b"found")


@pytest.mark.parametrize(
    "target",
    [
        "https://other.example" + PATH,
        "https://artist.example.other.example" + PATH,
        "//other.example" + PATH,
        "/elsewhere",
        PATH + "/below",
        f"http://{HOST}{PATH}",
        f"https://{HOST}:8443{PATH}",
        f"https://user@{HOST}{PATH}",
        "ftp://artist.example/",
        "file:///etc/passwd",
        "https://[::1]/",
        "https://0x7f.1/",
        "https://exa mple/",
        "data:text/plain,crp1-x",
    ],
)
def test_a_redirect_away_from_the_place_proves_nothing_and_is_not_followed(
    web: Web, target: str
) -> None:
    web.put("other.example", PATH, reply("crp1-x"))
    web.put(HOST, "/elsewhere", reply("crp1-x"))
    web.put(HOST, PATH + "/below", reply("crp1-x"))
    web.put(HOST, PATH, redirect(target))
    outcome, words = missed(look(web))
    assert outcome == "refused"
    assert target not in words
    assert web.seen == [HOST + PATH]
    assert not web.reached_what_is_forbidden


def test_below_a_folder_a_redirect_may_lead_but_not_out_of_it(web: Web) -> None:
    within = Within((HOST,), "/a/", below=True)
    web.put(HOST, "/a/", redirect("/a/en/"))
    web.put(HOST, "/a/en/", reply("found"))
    web.put(HOST, "/a/out", redirect("/a/../b/"))
    web.put(HOST, "/b/", reply("not mine"))
    found = look(web, f"https://{HOST}/a/", within)
    assert isinstance(found, Text)
    assert found.body == b"found"
    assert missed(look(web, f"https://{HOST}/a/out", within))[0] == "refused"


def test_three_redirects_are_followed_and_a_ring_of_them_is_left(web: Web) -> None:
    within = Within((HOST,), "/", below=True)
    for n in range(4):
        web.put(HOST, f"/{n}", redirect(f"/{n + 1}"))
    web.put(HOST, "/4", reply("end"))
    assert isinstance(look(web, f"https://{HOST}/1", within), Text)
    assert missed(look(web, f"https://{HOST}/0", within))[0] == "refused"
    web.put(HOST, "/ring", redirect("/ring"))
    before = len(web.seen)
    assert "more than 3 times" in missed(look(web, f"https://{HOST}/ring", within))[1]
    assert len(web.seen) - before == 4


# -- addresses ------------------------------------------------------------------------------------------


def test_a_name_that_rebinds_to_loopback_between_hops_reaches_nothing(web: Web) -> None:
    web.put(HOST, PATH, redirect(f"https://{HOST}{PATH}"))
    web.name(HOST, [PUBLIC], ["127.0.0.1"])
    outcome, words = missed(look(web))
    assert (outcome, "loopback" in words) == ("refused", True)
    assert web.seen == [HOST + PATH]
    assert not web.reached_what_is_forbidden


def test_within_a_hop_a_name_is_resolved_once(web: Web) -> None:
    web.put(HOST, PATH, reply("found"))
    web.name(HOST, [PUBLIC], ["127.0.0.1"])
    assert isinstance(look(web), Text)
    assert not web.reached_what_is_forbidden


def test_one_special_address_among_several_refuses_them_all(web: Web) -> None:
    web.put(HOST, PATH, reply("found"))
    for special in ("10.0.0.1", "::1", "fe80::1", "64:ff9b::7f00:1"):
        web.name(HOST, [PUBLIC, special])
        assert missed(look(web))[0] == "refused"
    assert web.seen == []


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "2130706433", "017700000001", "0x7f000001", "0x7f.1", "127.1", "0177.0.0.1"),
        *("[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[fe80::1]"),
        *("[64:ff9b::127.0.0.1]", "[2002:7f00:1::]", "[2001:0:7f00:1::]", "[fc00::1]", "[ff02::1]"),
        *("0.0.0.0", "10.1.2.3", "169.254.169.254", "192.168.0.1", "100.64.0.1", "224.0.0.1"),
        "\uff11\uff12\uff17\u30020.0.1",
    ],
)
def test_no_spelling_of_a_special_address_is_connected_to(web: Web, host: str) -> None:
    for scheme in ("http", "https"):
        outcome, words = missed(look(web, f"{scheme}://{host}/", Within((host,), "/")))
        assert (outcome, "never connected to" in words) == ("refused", True)
    assert not web.reached_what_is_forbidden


def test_the_open_internet_is_what_a_reach_has_unless_a_test_says_otherwise() -> None:
    reach = Reach(agent="x")
    assert reach.special is special_purpose
    assert dict(reach.doors) == {80: 80, 443: 443}
    assert (
        missed(read_text(reach, "http://127.0.0.1/", Within(("127.0.0.1",), "/")))[0] == "refused"
    )


@pytest.mark.parametrize(
    "url",
    ["https://artist.example:8443/", "ftp://artist.example/", "https://a:b@artist.example/",
     "gopher://artist.example/", "artist.example", "https://", "https://1.2.3.256/"],
)  # fmt: skip
def test_other_schemes_ports_and_credentials_are_not_looked_at(web: Web, url: str) -> None:
    assert missed(look(web, url))[0] == "refused"
    assert web.seen == []


def test_when_the_first_address_does_not_answer_the_next_one_is_tried(web: Web) -> None:
    web.put(HOST, PATH, reply("found"))
    web.told["public"] = [PUBLIC, "127.0.0.3"]
    web.name(HOST, ["127.0.0.3", PUBLIC])
    assert isinstance(look(web), Text)
    web.name(HOST, ["127.0.0.3"])
    assert missed(look(web)) == ("unreachable", f"{URL} refused the connection")


# -- what comes back ------------------------------------------------------------------------------------


def test_a_huge_body_is_cut_at_64_kib(web: Web) -> None:
    web.put(HOST, PATH, reply(b"x" * 5_000_000))
    found = look(web)
    assert isinstance(found, Text)
    assert (len(found.body), found.cut) == (TEXT_BYTES, True)


def test_a_body_without_end_is_cut_too(web: Web) -> None:
    def endless(to: socket.socket) -> None:
        to.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
        while True:
            to.sendall(b"x" * 65536)

    web.put(HOST, PATH, endless)
    found = look(web)
    assert isinstance(found, Text)
    assert found.cut


def test_a_gzip_bomb_is_not_unpacked(web: Web) -> None:
    bomb = gzip.compress(b"0" * 20_000_000)
    web.put(HOST, PATH, reply(bomb, Content_Encoding="gzip"))
    outcome, words = missed(look(web))
    assert (outcome, "encoded" in words) == ("refused", True)


def drip(head: bytes) -> "object":
    def slowly(to: socket.socket) -> None:
        to.sendall(head)
        for _ in range(200):
            to.sendall(b"x")
            time.sleep(0.2)

    return slowly


@pytest.mark.parametrize(
    "head",
    [b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n"],
    ids=["head", "body"],
)
def test_bytes_that_drip_end_with_the_time_for_the_whole_look(
    web: Web, head: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They drip for 40 s: whoever waits for each of them is told something else in the end."""
    monkeypatch.setattr(looking, "TEXT_SECONDS", 1.0)
    web.put(HOST, PATH, drip(head))  # type: ignore[arg-type]
    began = time.monotonic()
    assert missed(look(web)) == ("unreachable", f"{URL} did not answer within 1 s")
    assert 1 <= time.monotonic() - began < 30


@pytest.mark.parametrize(
    "noise",
    [b"SSH-2.0-x\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 60_000, b"",
     b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort"],
    ids=["no HTTP", "endless head", "nothing", "too short"],
)  # fmt: skip
def test_what_is_no_whole_response_is_unreachable(web: Web, noise: bytes) -> None:
    web.put(HOST, PATH, noise)
    assert missed(look(web))[0] == "unreachable"


def test_words_never_hold_what_a_stranger_wrote(web: Web) -> None:
    for answer in (
        redirect(f"https://{HOST}/<script>"),
        reply("x", status="404 <script>"),
        b"HTTP/1.1 <script>\r\n\r\n",
        reply("x", Content_Encoding="<script>"),
    ):
        web.put(HOST, PATH, answer)
        assert "script" not in missed(look(web))[1]


# -- digests and records --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def big_web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    with served_web(Path(tmp_path_factory.mktemp("web"))) as web:
        yield web


def test_a_digest_is_taken_of_the_whole_file(big_web: Web) -> None:
    body = b"song" * 500_000
    big_web.put(HOST, "/song.flac", reply(body, "audio/flac"))
    found = take_digest(
        told_reach(big_web.told), f"https://{HOST}/song.flac", Within((HOST,), "/song.flac")
    )
    assert found == Digest(f"https://{HOST}/song.flac", hashlib.sha256(body).hexdigest(), len(body))


def test_a_file_over_64_mib_has_no_digest_here(big_web: Web) -> None:
    def long(to: socket.socket) -> None:
        to.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: audio/flac\r\n\r\n")
        for _ in range(DIGEST_BYTES // 2**20 + 1):
            to.sendall(b"\0" * 2**20)

    big_web.put(HOST, "/long", long)
    found = take_digest(told_reach(big_web.told), f"https://{HOST}/long", Within((HOST,), "/long"))
    assert missed(found)[0] == "refused"
    assert "64 MiB" in missed(found)[1]


def test_the_records_of_a_name_are_read(web: Web) -> None:
    web.records("_consent-registry.artist.example", "one", "two")
    web.told["records"]["_consent-registry.silent.example"] = None  # type: ignore[index]
    reach = told_reach(web.told)
    assert read_records(reach, ReadRecords("_consent-registry.artist.example")) == Records(
        ("one", "two")
    )
    assert missed(read_records(reach, ReadRecords("_consent-registry.x.example")))[0] == "absent"
    silent = read_records(reach, ReadRecords("_consent-registry.silent.example"))
    assert missed(silent)[0] == "unreachable"
