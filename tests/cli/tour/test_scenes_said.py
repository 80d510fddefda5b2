"""What the first scenes show is what happened."""

import re

from registry.cli.tour.material import media, works
from registry.client.published import PublishedKeys
from registry.client.verify import verify_receipt
from tests.cli.tour.conftest import Taken


def test_every_work_and_file_is_registered(tour: Taken) -> None:
    scene = tour.scene("Works are registered")
    assert re.search(rf"^ +{len(works())} +works ", scene, re.M)
    assert re.search(rf"^ +{len(list(media()))} +files ", scene, re.M)


def test_a_no_is_immediate_and_a_yes_waits(tour: Taken) -> None:
    scene = tour.scene("Preferences are declared")
    for line in scene.splitlines():
        if "⊖" in line:
            assert line.endswith("at once")
        if "○" in line or "◐" in line:
            assert line.endswith(" UTC")
    assert scene.count("⊖") >= 3


def test_the_record_shown_is_the_one_that_lies_in_the_folder(tour: Taken) -> None:
    scene = tour.scene("as a signed record")
    assert "vc+jwt" in scene
    assert "generative-training deny" in scene
    logged = verify_receipt(
        (tour.folder / "record.jwt").read_text(),
        (tour.folder / "record.tlog-proof").read_text(),
        PublishedKeys.read((tour.folder / "did.json").read_bytes()),
        (tour.folder / "log.vkey").read_text(),
    )
    assert f"entry {logged.index} of {logged.size} in {logged.origin}" in scene


def test_no_wall_of_base64_is_shown(tour: Taken) -> None:
    assert not re.search(r"[A-Za-z0-9+/_-]{90,}", tour.text)
