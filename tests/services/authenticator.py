"""An authenticator in software (W3C Web Authentication, sections 6.1 and 6.5): it makes passkeys and shows them,
and can do either wrongly."""

import hashlib
import json
import os
import struct
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import bytes_to_base64url as text

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class Authenticator:
    """One passkey for one host. `flags` without VERIFIED: nobody proved to be its owner."""

    host: str = "registry.example"
    origin: str = "https://registry.example"
    flags: int = PRESENT | VERIFIED
    count: int = 0
    id: bytes = field(default_factory=lambda: os.urandom(16))
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def made(self, options: dict[str, Any]) -> str:
        """What the browser gives back for a new passkey, as JSON."""
        numbers = self.key.public_key().public_numbers()
        point = (numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big"))
        cose = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: point[0], -3: point[1]})
        credential = bytes(16) + struct.pack(">H", len(self.id)) + self.id + cose
        attested = {
            "fmt": "none",
            "attStmt": {},
            "authData": self._data(self.flags | ATTESTED) + credential,
        }
        client = self._client("webauthn.create", options)
        return self._said(clientDataJSON=client, attestationObject=cbor2.dumps(attested))

    def shown(self, options: dict[str, Any]) -> str:
        """What it gives back for one that is shown, as JSON."""
        self.count += 1
        client, data = self._client("webauthn.get", options), self._data(self.flags)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._said(clientDataJSON=client, authenticatorData=data, signature=signature)

    def _data(self, flags: int) -> bytes:
        return hashlib.sha256(self.host.encode()).digest() + struct.pack(">BI", flags, self.count)

    def _client(self, kind: str, options: dict[str, Any]) -> bytes:
        said = {
            "type": kind,
            "challenge": options["challenge"],
            "origin": self.origin,
            "crossOrigin": False,
        }
        return json.dumps(said).encode()

    def _said(self, **response: bytes) -> str:
        members = {name: text(value) for name, value in response.items()}
        id = text(self.id)
        return json.dumps(
            {
                "id": id,
                "rawId": id,
                "type": "public-key",
                "response": members,
                "clientExtensionResults": {},
            }
        )
