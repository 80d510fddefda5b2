"""Key directories as a platform's web server would reply with them, signed with each key."""

import json
from typing import Any

from registry.signing.key_directory import MEDIA_TYPE, TAG
from registry.signing.keys import Signer
from registry.signing.signature_fields import byte_sequence, params_text

NAMES = {"Ed25519": "ed25519", "ES256": "ecdsa-p256-sha256"}


def directory(
    *signers: Signer,
    now: int,
    authority: str = "other.example",
    listed: list[Any] | None = None,
    expires_in: int = 300,
    tag: str = TAG,
    components: dict[str, str] | None = None,
) -> tuple[dict[str, str], bytes]:
    """Header fields and body. `listed`: the JWKs, where others than the signers' own."""
    keys = [dict(each.public.jwk) for each in signers] if listed is None else listed
    covered = {'"@authority";req': authority} if components is None else components
    inputs, signatures = [], []
    for number, signer in enumerate(signers):
        params: dict[str, int | str] = {
            "created": now,
            "expires": now + expires_in,
            "keyid": signer.public.kid,
            "alg": NAMES[signer.public.algorithm],
            "tag": tag,
        }
        text = params_text(covered, params)
        base = "".join(f"{name}: {value}\n" for name, value in covered.items())
        base += f'"@signature-params": {text}'
        inputs.append(f"sig{number}={text}")
        signatures.append(f"sig{number}={byte_sequence(signer.sign(base.encode()))}")
    fields = {"content-type": MEDIA_TYPE}
    if inputs:
        fields |= {"signature-input": ", ".join(inputs), "signature": ", ".join(signatures)}
    return fields, json.dumps({"keys": keys}).encode()
