"""The schemas of proofs name every means and state that there is."""

from registry.api.proof_schemas import ProofSchema, WaySchema
from registry.domain.control import Means
from registry.storage.proofs import ProofState


def test_every_means_and_state_is_described() -> None:
    assert WaySchema().fields["means"].metadata["enum"] == [each.value for each in Means]
    assert ProofSchema().fields["state"].metadata["enum"] == [each.value for each in ProofState]
