"""Proofs of asking for tests: as the API gives them, and the key to check them with."""

from registry.api.asks import present_ask_proof
from registry.api.json_bodies import encode_json
from registry.bootstrap import Registry
from registry.services.prove_ask import AskProof
from registry.signing.keys import KeyPurpose
from registry.signing.note import vkey
from registry.storage.jobs import Job, JobState

JOB = Job("j", "asks", "", 0, JobState.RUNNING, 1, 1, None, None, None, 0, None)


def filed_proof(proof: AskProof) -> bytes:
    """The body of the reply."""
    return bytes(encode_json(present_ask_proof(proof)))


def log_key(registry: Registry) -> str:
    """The log's verifier key."""
    return vkey(registry.place.origin, registry.signers()[KeyPurpose.LOG].public.raw)
