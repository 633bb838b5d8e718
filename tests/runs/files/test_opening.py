import gzip
import hashlib
import os

import pytest

from runs.files import FileRefused, inspect_file


def write(folder, content: bytes, name: str = "orders.csv"):
    path = folder / name
    path.write_bytes(content)
    return path


def test_a_file_is_known_by_its_hash_and_size(tmp_path):
    facts = inspect_file(write(tmp_path, b"id,title\n1,a\n"))

    assert facts.sha256 == hashlib.sha256(b"id,title\n1,a\n").hexdigest()
    assert (facts.size, facts.unpacked_size, facts.packed) == (13, 13, False)


def test_a_packed_file_is_measured_unpacked(tmp_path):
    facts = inspect_file(write(tmp_path, gzip.compress(b"id,title\n" * 9), "a.csv.gz"))

    assert (facts.packed, facts.unpacked_size, facts.kind) == (True, 81, "delimited")


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("é".encode(), "utf-8"),
        ("é".encode("utf-8-sig"), "utf-8-sig"),
        ("café; été".encode("cp1252"), "cp1252"),
        ("é".encode("utf-16"), "utf-16"),
        ("id,title\n1,é".encode("utf-16-le"), "utf-16-le"),
        ("id,title\n1,é".encode("utf-16-be"), "utf-16-be"),
        (bytes(100), "utf-8"),
        ("éééé".encode() + b"\xe9", "utf-8"),
        (b"a" * ((1 << 20) - 1) + "é".encode(), "utf-8"),
    ],
)
def test_the_encoding_is_decided_over_the_whole_file(tmp_path, content, encoding):
    assert inspect_file(write(tmp_path, content)).encoding == encoding


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"PK\x03\x04rest", "spreadsheet"),
        (b"\xd0\xcf\x11\xe0rest", "spreadsheet"),
        (b"[{}]", "JSON array"),
        (gzip.compress(b"id,title\n" * 99, mtime=0)[:-12], "cut short"),
        (gzip.compress(b"id,title\n" * 99, mtime=0)[:-8] + bytes(8), "unpacked"),
    ],
)
def test_a_hopeless_file_is_refused_in_one_sentence(tmp_path, content, reason):
    with pytest.raises(FileRefused, match=reason) as refusal:
        inspect_file(write(tmp_path, content))
    assert str(refusal.value).endswith(".")


def test_what_is_no_file_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(FileRefused, match="folder"):
        inspect_file(tmp_path)
    for path in (tmp_path / "pipe", "/dev/zero"):
        with pytest.raises(FileRefused, match="a device or a pipe"):
            inspect_file(path)
    with pytest.raises(FileRefused, match="cannot be read"):
        inspect_file(tmp_path / "none.csv")


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path, settings):
    bomb = write(tmp_path, gzip.compress(b"\0" * (30 << 20)), "a.gz")

    with pytest.raises(FileRefused, match="200 times"):
        inspect_file(bomb)


def test_a_file_beyond_the_limit_is_refused(tmp_path, settings):
    settings.IMPORT_UNPACKED_BYTES = 10

    with pytest.raises(FileRefused, match="larger than 10 bytes"):
        inspect_file(write(tmp_path, b"id,title\n1,a\n"))
