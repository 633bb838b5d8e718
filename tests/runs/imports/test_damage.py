"""Forty kinds of damage: good rows in, bad rows named, or the file refused in one sentence."""

import gzip
import io
import json
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from customers.models import Order, OrderLine

pytestmark = pytest.mark.django_db
HEADER = "order_id,ordered_at,customer_id,product_id,quantity,unit_price"
GOOD = [f"{n},2024-01-0{n},ada,mug,1,10.00" for n in (1, 2, 3)]
REFUSED = None


def csv(*rows: str, header: str = HEADER, ending: str = "\n") -> bytes:
    return (ending.join([header, *rows]) + ending).encode()


def good_and(*rows: str) -> bytes:
    return csv(GOOD[0], *rows, *GOOD[1:])


def zipped() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("orders.csv", csv(*GOOD))
    return packed.getvalue()


def lines(*objects: object) -> bytes:
    return "\n".join(one if isinstance(one, str) else json.dumps(one) for one in objects).encode()


def as_object(row: str) -> dict:
    return dict(zip(HEADER.split(","), row.split(","), strict=True))


HUGE = "x" * 10_000_000
# What is wrong -> the file, and how many rows are rejected; REFUSED: all of it.
DAMAGE = {
    "gz cut short": (gzip.compress(csv(*GOOD * 99))[:-20], REFUSED),
    "gz with a wrong checksum": (gzip.compress(csv(*GOOD))[:-8] + bytes(8), REFUSED),
    "gz bomb": (gzip.compress(bytes(40 << 20)), REFUSED),
    "gz in a gz": (gzip.compress(gzip.compress(csv(*GOOD))), REFUSED),
    "a zip": (zipped(), REFUSED),
    "an old spreadsheet": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), REFUSED),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, REFUSED),
    "empty": (b"", REFUSED),
    "blanks alone": (b"\n \n\r\n,,,\n", REFUSED),
    "no header": (csv(*GOOD[1:], header=GOOD[0]), REFUSED),
    "a needed column missing": (csv(header=HEADER.replace("unit_price", "colour")), REFUSED),
    "a column twice": (csv(header=HEADER + ",Unit Price"), REFUSED),
    "wrong delimiter within": (csv(*(row.replace(",", ";") for row in GOOD)), REFUSED),
    "501 columns": (csv(header=HEADER + "," + ",".join(f"c{n}" for n in range(500))), REFUSED),
    "a JSON array": (json.dumps([as_object(row) for row in GOOD]).encode(), REFUSED),
    "broken parquet": (b"PAR1" + bytes(100), REFUSED),
    "dates of no form": (csv(*(row.replace("2024", "20-24") for row in GOOD)), REFUSED),
    "NUL bytes alone": (bytes(5000), REFUSED),
    "a JSON line cut short": (lines(*map(as_object, GOOD), '{"order_id": "4", '), 1),
    "JSON nested without end": (lines(*map(as_object, GOOD), '{"order_id":' + "[" * 99_999), 1),
    "JSON lines that are no objects": (lines(*map(as_object, GOOD), "[1]", "7"), 2),
    "a NUL in an id": (good_and("4,2024-01-04,a\0da,mug,1,10"), 1),
    "a cell of 10 MB": (good_and(f"4,2024-01-04,{HUGE},mug,1,10"), 1),
    "a line of 10 MB without an end": (csv(*GOOD, HUGE), 1),
    "header twice": (good_and(HEADER), 0),
    "an unclosed quote": (good_and('4,2024-01-04,"ada,mug,1,10'), 1),
    "an unclosed quote at the end": (csv(*GOOD, '4,2024-01-04,ada,"mug,1,10'), 1),
    "mixed line ends": (csv(GOOD[0]) + f"{GOOD[1]}\r\n\r{GOOD[2]}\r".encode(), 0),
    "no last line end": (csv(*GOOD)[:-1], 0),
    "cp1252": (good_and().replace(b"ada", "Zoé".encode("cp1252")), 0),
    "one wrong byte in UTF-8": (good_and("4,2024-01-04,ÄÖ?,mug,1,10").replace(b"?", b"\xe9"), 1),
    "UTF-16 without a BOM": (csv(*GOOD).decode().encode("utf-16-le"), 0),
    "two unclosed quotes with good rows between": (
        csv('4,2024-01-04,ada,mug,1,"10', *GOOD, '5,2024-01-04,ada,mug,1,"10'),
        2,
    ),
    "figures of another script": (good_and("4,2024-01-04,ada,mug,1,١٠.٥ €"), 1),
    "UTF-16": ((b"\xff\xfe" + csv(*GOOD).decode().encode("utf-16-le")), 0),
    "UTF-16 cut within a character": (csv(*GOOD).decode().encode("utf-16")[:-1], REFUSED),
    "a BOM": (b"\xef\xbb\xbf" + csv(*GOOD), 0),
    "year 0001": (good_and("4,0001-01-01,ada,mug,1,10"), 1),
    "the 30th of February": (good_and("4,2024-02-30,ada,mug,1,10"), 1),
    "2¹⁰⁰ pieces": (good_and(f"4,2024-01-04,ada,mug,{2**100},10"), 1),
    "half a piece": (good_and("4,2024-01-04,ada,mug,0.5,10"), 1),
    "a price of words": (good_and("4,2024-01-04,ada,mug,1,ten"), 1),
    "a price of infinity": (good_and("4,2024-01-04,ada,mug,1,inf", "5,2024-01-04,a,m,1,1e99"), 2),
    "a price beyond money": (good_and("4,2024-01-04,ada,mug,1,99999999999"), 1),
    "formulas": (good_and("=1+1,2024-01-04,ada,mug,1,=10+2"), 1),
    "too few cells": (good_and("4,2024-01-04"), 1),
    "too many cells": (good_and("4,2024-01-04,ada,mug,1,10,,7"), 1),
    "cells beyond the header, all empty": (good_and().replace(b"10.00\n", b"10.00,,\n"), 0),
    "an id of 101 characters": (good_and(f"4,2024-01-04,ada,{'m' * 101},1,10"), 1),
    "numbers without end": (good_and(f"4,2024-01-04,ada,mug,1,1{' ' * 100_000}x"), 1),
    "line breaks in an id": (good_and('4,2024-01-04,ada,"mu\ng",1,10'), 1),
    "junk above the header": (b"Report\n;;\nMade by hand, in May\n\n" + csv(*GOOD), 0),
}  # fmt: skip


def import_orders(path: Path, capsys, rejects: Path) -> dict:
    call_command("import_orders", path, "--json", "--rejects", rejects)
    return json.loads(capsys.readouterr().out.splitlines()[-1])


@pytest.mark.parametrize("kind", DAMAGE)
def test_damage_is_named_and_nothing_wrong_is_stored(kind, tmp_path, capsys):
    content, rejected = DAMAGE[kind]
    path, rejects = tmp_path / "orders.csv", tmp_path / "rejects.csv"
    path.write_bytes(content)

    if rejected is REFUSED:
        with pytest.raises(CommandError) as refusal:
            import_orders(path, capsys, rejects)
        assert str(refusal.value).strip().count("\n") == 0
        assert not Order.objects.exists()
    else:
        summary = import_orders(path, capsys, rejects)
        assert (summary["created"], summary["rejected"]) == (3, rejected)
        named = rejects.read_text().splitlines()[1:] if rejected else []
        assert len([row for row in named if row[:1].isdigit()]) >= rejected
        assert set(OrderLine.objects.values_list("quantity", "net")) == {(1, Decimal(10))}
        assert Order.objects.exclude(external_id__in="123").count() == 0


@pytest.mark.parametrize("rejects", ["orders.csv", "none/rejects.csv", "."])
def test_rejected_rows_are_written_to_a_file_of_their_own(rejects, tmp_path, capsys):
    path = tmp_path / "orders.csv"
    path.write_bytes(good_and("4,never,ada,mug,1,10"))

    with pytest.raises(CommandError, match="cannot be written"):
        import_orders(path, capsys, tmp_path / rejects)

    assert path.read_bytes() == good_and("4,never,ada,mug,1,10")
    assert not Order.objects.exists()


def test_a_folder_and_a_missing_file_are_refused(tmp_path):
    for path in (tmp_path, tmp_path / "none.csv", Path("/dev/zero")):
        with pytest.raises(CommandError):
            call_command("import_orders", path)


def test_there_are_forty_kinds_and_more():
    assert len(DAMAGE) > 40
