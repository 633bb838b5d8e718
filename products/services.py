"""The catalogue's writers: from files, from the API, by staff."""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.db import transaction

from products import queries
from products.imports import COLUMNS, FORMATS
from products.imports.canonical import split_prices
from products.signals import catalogue_changed, categories_changed
from runs.copying import copy_text, staged
from runs.files import FileRefused
from runs.imports import DEFAULTS, Block, FileRows, GivenRows, Options, Summary, Written, flat
from runs.imports.importers import Importer
from runs.parsing import BadCell, identifier

# Beyond so many, listeners are told that all may have changed.
MOST_NAMED = 1_000


def import_products(path: str | Path, options: Options = DEFAULTS) -> Summary:
    """Read a file of products into the catalogue."""
    with (
        FileRows("products", path, FORMATS, COLUMNS, options) as rows,
        staged("staged_product", queries.STAGED_PRODUCT, _staged_columns(rows.blocks())),
        rows.storing() as summary,
    ):
        changes = queries.upsert_staged_products()
        summary.created, summary.updated = len(changes.created), len(changes.updated)
        summary.unchanged = changes.unchanged
        summary.skip("the same id again, the last row counts", changes.repeated)
        if options.complete and not summary.read:
            raise FileRefused("The file has no rows; taken for complete, it would end all sale.")
        gone = queries.take_off_sale_others(_pieces(rows.unreadable)) if options.complete else []
        summary.warn("products taken off sale", len(gone))
        announce(changes.created + changes.updated + gone, moved=changes.moved)
    return summary


def _pieces(texts: Iterable[str]) -> list[str]:
    """What may be an id in rows that cannot be parted into cells, or in lines that are no JSON."""
    found = [piece for text in texts for mark in '",;|\t' for piece in text.split(mark)]
    found += [number for text in texts for number in re.findall(r":\s*([\d.]+)", text)]
    return list({*_ids(piece.strip(' "') for piece in found)})


def upsert_products(rows: list[dict[str, Any]]) -> Written:
    """Write products given by the names of their columns; wrong ones are left out and named."""
    rows = list(split_prices(map(_given, rows)))
    given = GivenRows(rows, COLUMNS, keeps_other_columns=True)
    with (
        staged("staged_product", queries.STAGED_PRODUCT, _staged_columns(given.blocks())),
        given.storing(),
    ):
        changes = queries.upsert_staged_products()
        announce(changes.created + changes.updated, moved=changes.moved)
    return given.written()


def delete_products(external_ids: Sequence[str]) -> int:
    """Take products off sale for good; return how many were on it."""
    with transaction.atomic():
        gone = queries.take_off_sale(external_ids)
        announce(gone)
    return len(gone)


def announce(product_ids: list[int], moved: Sequence[int] = ()) -> None:
    """Tell listeners which products changed, as the last thing in a writing transaction."""
    if not product_ids:
        return
    if moved:
        categories_changed.send("products", product_ids=list(moved))
    queries.bump_catalogue_version()
    named = product_ids if len(product_ids) <= MOST_NAMED else None
    transaction.on_commit(lambda: catalogue_changed.send("products", product_ids=named))


def _staged_columns(blocks: Iterable[Block]) -> Iterator[list[list[str]]]:
    for block in blocks:
        rows = [
            [line, row["id"], row | {"attributes": others}]
            for line, row, others in zip(block.lines, block.rows(), block.others, strict=True)
        ]
        # A rejected row still says that its product is in the file.
        rejected = _ids(row.get("id") for row in block.rejected)
        rows += [[0, product_id, None] for product_id in rejected]
        yield [list(map(copy_text, column)) for column in zip(*rows, strict=True)]


def _ids(cells: Iterable[str | None]) -> Iterator[str]:
    """Read those of these cells that may be ids."""
    for cell in cells:
        with suppress(BadCell):
            if product_id := identifier(cell or ""):
                yield product_id


def _given(row: dict[str, Any]) -> dict[str, Any]:
    """Return what a row gives, without what only the API tells."""
    return {name: value for name, value in flat(row).items() if name != "updated_at"}


IMPORTER = Importer(import_products, lambda: FORMATS, COLUMNS, can_be_complete=True)
