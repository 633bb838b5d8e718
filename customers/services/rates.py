"""Rates of currencies in, and orders and totals brought in line with them."""

from functools import partial
from pathlib import Path

from django.db import transaction

from customers.imports.rates import COLUMNS, FORMATS
from customers.queries import customers, totals
from customers.signals import orders_changed
from runs.copying import copy_text, staged
from runs.imports import DEFAULTS, FileRows, Options, Summary
from runs.imports.importers import Importer


def import_rates(path: str | Path, options: Options = DEFAULTS) -> Summary:
    """Read a file of rates; orders that it gives another rate are valued anew."""
    with FileRows("rates", path, FORMATS, COLUMNS, options) as rows:
        blocks = (
            [list(map(copy_text, block.lines)), *block.values.values()]
            for block in rows.blocks(for_copy=True)
        )
        columns = ["line", *rows.given_columns]
        with (
            staged("staged_rate", customers.STAGED_RATE, blocks, columns),
            rows.storing() as summary,
        ):
            count = rows.good_rows
            summary.created, summary.updated, summary.unchanged = customers.upsert_rates()
            repeated = count - summary.created - summary.updated - summary.unchanged
            summary.skip("the same day again, the last row counts", repeated)
            if touched := customers.rerate_orders():
                totals.recompute_totals(touched)
            if summary.created or summary.updated:
                transaction.on_commit(partial(orders_changed.send, "customers", product_ids=None))
    return summary


IMPORTER = Importer(import_rates, lambda: FORMATS, COLUMNS)
