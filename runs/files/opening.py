"""What a file is before its rows are read: hash, size, kind and encoding; refused when hopeless."""

import codecs
import gzip
import hashlib
import io
import re
import stat
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

BLOCK = 1 << 20
# Small files may be packed tighter than the limit without being bombs.
RATIO_COUNTS_FROM = 10 << 20
_FOREIGN = {
    b"PK\x03\x04": "a zip archive or a spreadsheet",
    b"\xd0\xcf\x11\xe0": "an old spreadsheet",
    b"%PDF": "a PDF",
    b"BZh": "packed by bzip2",
    b"\xfd7zXZ": "packed by xz",
    b"\x28\xb5\x2f\xfd": "packed by zstd",
}
_BOMS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


class FileRefused(Exception):
    """The file cannot be read at all; the text says why in one sentence."""


@dataclass(frozen=True)
class FileFacts:
    """What is known of a file before its rows are read; sizes are bytes."""

    path: Path
    size: int
    sha256: str
    packed: bool
    unpacked_size: int
    kind: str
    encoding: str = "utf-8"


def inspect_file(path: str | Path) -> FileFacts:
    """Read a file through once: its hash, whether it can be unpacked, and its encoding."""
    path = Path(path)
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            what = "a folder" if path.is_dir() else "a device or a pipe"
            raise FileRefused(f"{path.name or path} is {what}, not a file.")
        size = found.st_size
        with path.open("rb") as file:
            start = file.read(8)
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError) as problem:
        reason = getattr(problem, "strerror", None) or problem
        raise FileRefused(f"{path.name or path} cannot be read: {reason}.") from None
    if not size:
        raise FileRefused(f"{path.name} is empty.")
    for magic, what in _FOREIGN.items():
        if start.startswith(magic):
            raise FileRefused(f"{path.name} is {what}; CSV, TSV, NDJSON or Parquet is needed.")
    if start.startswith(b"PAR1"):
        return FileFacts(path, size, digest, False, size, "parquet")
    packed = start.startswith(b"\x1f\x8b")
    unpacked_size, encoding, first = _read_through(path, size, packed)
    kind = {"{": "ndjson", "[": "json"}.get(first, "delimited")
    if kind == "json":
        raise FileRefused(f"{path.name} is one JSON array; one object a line (NDJSON) is needed.")
    return FileFacts(path, size, digest, packed, unpacked_size, kind, encoding)


def open_text(facts: FileFacts) -> io.TextIOWrapper:
    """Open a file's text from its beginning; bytes that are not text become lone surrogates."""
    return io.TextIOWrapper(
        _open(facts.path, facts.packed),
        encoding=facts.encoding,
        errors="surrogatepass" if facts.encoding.startswith("utf-16") else "surrogateescape",
        newline="",
    )


def _open(path: Path, packed: bool) -> BinaryIO:
    return gzip.open(path, "rb") if packed else path.open("rb")


def _blocks(path: Path, size: int, packed: bool) -> Iterator[bytes]:
    """Read the unpacked bytes; refuse what is cut short or too large."""
    unpacked = 0
    try:
        with _open(path, packed) as file:
            while block := file.read(BLOCK):
                unpacked += len(block)
                if unpacked > settings.IMPORT_UNPACKED_BYTES:
                    raise FileRefused(
                        f"{path.name} is larger than {settings.IMPORT_UNPACKED_BYTES:,} bytes."
                    )
                most = max(RATIO_COUNTS_FROM, settings.IMPORT_UNPACKED_RATIO * size)
                if packed and unpacked > most:
                    raise FileRefused(
                        f"{path.name} unpacks to more than {settings.IMPORT_UNPACKED_RATIO} times "
                        "its size, which no table does."
                    )
                yield block
    except EOFError:
        raise FileRefused(f"{path.name} is cut short: it ends inside its packing.") from None
    except (gzip.BadGzipFile, zlib.error) as problem:
        raise FileRefused(f"{path.name} cannot be unpacked: {problem}.") from None


def _wide(start: bytes) -> str | None:
    """Return which UTF-16 this is where every other byte says nothing, as in plain text of it."""
    if start.count(0) < len(start) // 3:
        return None
    low, high = start[::2].count(0), start[1::2].count(0)
    return "utf-16-le" if not low and high else "utf-16-be" if low and not high else None


def _read_through(path: Path, size: int, packed: bool) -> tuple[int, str, str]:
    """Return the unpacked size, the encoding and the first sign that is no blank.

    A file is UTF-8 unless more of its bytes are wrong than right in it; then it is cp1252.
    """
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    unpacked, right, wrong, bom, start = 0, 0, 0, None, ""
    for block in _blocks(path, size, packed):
        if not unpacked:
            bom = next((name for mark, name in _BOMS.items() if block.startswith(mark)), None)
            bom = bom or _wide(block[:1000])
            start = block[:1000].decode("utf-8", "ignore").lstrip("\ufeff \t\r\n")[:1]
        unpacked += len(block)
        if not bom and not (block.isascii() and not decoder.getstate()[0]):
            text = decoder.decode(block)
            broken = len(re.findall("[\udc80-\udcff]", text))
            wrong += broken
            right += len(re.findall("[\x80-\U0010ffff]", text)) - broken
    if unpacked % 2 and bom and bom.startswith("utf-16"):
        raise FileRefused(f"{path.name} is cut short: it ends inside a character.")
    wrong += len(decoder.decode(b"", final=True))
    return unpacked, bom or ("cp1252" if wrong > right else "utf-8"), start
