"""A curl line holds exactly one signed question, quoted for a shell."""

import shlex

from registry.cli.curl import curl_line
from registry.client.ask import Asked, Asset
from registry.signing.http_signature import SignedRequest, parse_request_signature, verify_request
from registry.signing.keys import generate

URL = "https://consent.example"


def read_curl(line: str) -> tuple[str, dict[str, str], bytes]:
    """Target, header fields and body of a curl line, as a shell would hand them over."""
    words = shlex.split(line.replace("\\\n", " "))
    assert words[:2] == ["curl", "-sS"]
    headers: dict[str, str] = {}
    body = b""
    for option, value in zip(words[3::2], words[4::2], strict=True):
        if option == "-H":
            name, _, text = value.partition(": ")
            headers[name] = text
        else:
            assert option == "--data-binary"
            body = value.encode()
    return words[2], headers, body


def test_what_the_shell_hands_over_verifies() -> None:
    signer = generate()
    asked = Asked("search", [Asset(['https://m.example/it\'s a "song"', "isrc:GBAYE0601498"])])
    target, headers, body = read_curl(curl_line(URL, asked, signer, signer.kid, 1_800_000_000))
    assert target == "https://consent.example/v1/verify"
    assert body == asked.body()
    request = SignedRequest("POST", target, headers, body)
    parsed = parse_request_signature(request)
    verified = verify_request(request, parsed, signer.public, 1_800_000_100)
    assert verified.expires == 1_800_000_300


def test_no_two_lines_share_a_nonce() -> None:
    signer = generate()
    asked = Asked("search", [Asset(["isrc:GBAYE0601498"])])
    lines = {curl_line(URL, asked, signer, signer.kid, 1_800_000_000) for _ in range(50)}
    assert len(lines) == 50
