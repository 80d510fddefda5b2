"""Folders and zips of strangers: nothing leads elsewhere, and nothing lies beside what the bag names."""

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from registry.client.exports.contents import Contents, check_bag
from registry.errors import InvalidInput, VerificationFailed
from tests.exported import rebag


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    folder = tmp_path / "bag"
    (folder / "data").mkdir(parents=True)
    (folder / "data/a").write_bytes(b"a")
    (folder / "README.md").write_bytes(b"readme")
    declaration = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
    (folder / "bagit.txt").write_text(declaration)
    rebag(folder)
    return folder


def test_a_whole_bag_holds_as_a_folder_and_as_a_zip(bag: Path, tmp_path: Path) -> None:
    packed = shutil.make_archive(str(tmp_path / "packed"), "zip", tmp_path, "bag")
    for path in (bag, Path(packed)):
        contents = Contents(path)
        digests = check_bag(contents)
        assert digests["data/a"].bytes == 1
        assert contents.text("README.md") == "readme"
        contents.close()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda bag: (bag / "data/a").write_bytes(b"b"), "is not the file that the bag names"),
        (lambda bag: (bag / "data/a").unlink(), "data/a is missing"),
        (lambda bag: (bag / "data/b").write_bytes(b"b"), "data/b is in no manifest"),
        (lambda bag: (bag / "README.md").write_bytes(b""), "README.md is not the file"),
        (lambda bag: (bag / "bagit.txt").write_bytes(b""), "does not say that this is a bag"),
        (lambda bag: (bag / "data/c").symlink_to(bag / "data/a"), "is a link"),
        (
            lambda bag: (bag / "manifest-sha256.txt").write_text(f"{'0' * 64}  ../../etc/passwd\n"),
            "names no file",
        ),
        (lambda bag: (bag / "manifest-sha256.txt").write_text("nonsense\n"), "names no file"),
        (lambda bag: (bag / "tagmanifest-sha256.txt").write_bytes(b"\xff"), "no UTF-8"),
    ],
)
def test_a_bag_that_is_not_whole_is_named(
    bag: Path, change: Callable[[Path], object], words: str
) -> None:
    change(bag)
    with pytest.raises(VerificationFailed, match=words):
        check_bag(Contents(bag))


def test_what_is_no_export_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"nothing")
    with pytest.raises(InvalidInput, match="neither a folder nor a zip"):
        Contents(tmp_path / "file")
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        archive.writestr("a/x", b"")
        archive.writestr("b/x", b"")
    with pytest.raises(InvalidInput, match="exactly one folder"):
        Contents(tmp_path / "two.zip")


def test_a_zip_that_is_damaged_is_named(bag: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bag.zip", "w") as archive:
        for path in bag.rglob("*"):
            if path.is_file():
                archive.write(path, f"bag/{path.relative_to(bag).as_posix()}")
    content = (tmp_path / "bag.zip").read_bytes()
    (tmp_path / "bag.zip").write_bytes(content.replace(b"readme", b"reamde", 1))
    with pytest.raises(VerificationFailed, match=r"README.md cannot be read"):
        check_bag(Contents(tmp_path / "bag.zip"))


@pytest.mark.parametrize("place", ["password", "method", "stream"])
def test_a_zip_that_cannot_be_unpacked_is_named(bag: Path, tmp_path: Path, place: str) -> None:
    path = Path(shutil.make_archive(str(tmp_path / "packed"), "zip", tmp_path, "bag"))
    with zipfile.ZipFile(path) as archive:
        first = archive.getinfo("bag/bagit.txt")
    content = bytearray(path.read_bytes())
    listed = content.index(b"PK\x01\x02")
    while content[listed + 46 :][: len(first.filename)] != first.filename.encode():
        listed = content.index(b"PK\x01\x02", listed + 1)
    if place == "password":
        content[listed + 8] |= 1
        content[first.header_offset + 6] |= 1
    elif place == "method":
        content[listed + 10] = content[first.header_offset + 8] = 99
    else:
        begin = first.header_offset + 30 + len(first.filename)
        content[begin : begin + 20] = b"\xff" * 20
    path.write_bytes(content)
    with pytest.raises(VerificationFailed, match=r"bagit.txt cannot be read"):
        check_bag(Contents(path))
