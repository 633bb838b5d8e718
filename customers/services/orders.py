"""Orders in, from files and from the API, with customers' totals in the same transaction."""

from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from customers.identities import guest_id
from customers.imports import order_formats
from customers.imports.orders import COLUMNS, check_money
from customers.queries import orders as stored
from customers.queries import people, staging, totals
from customers.queries.clock import data_clock
from customers.services.people import confirm_key, erasure_digests
from customers.signals import orders_changed
from products.services import MOST_NAMED, announce
from runs.copying import NULL, staged
from runs.files import FileRefused
from runs.imports import DEFAULTS, Block, FileRows, GivenRows, Options, Summary, Written
from runs.imports.importers import Importer

# After so many new lines the planner's statistics are made anew.
MANY = 10_000
# Where neither the files nor SHOP_CURRENCY say in what money the shop counts.
USUAL_CURRENCY = "EUR"


def import_orders(path: str | Path, options: Options = DEFAULTS) -> Summary:
    """Read a file of order lines."""
    formats = order_formats(settings.NOT_GOODS)
    with FileRows("orders", path, formats, COLUMNS, options, check_money) as rows:
        runs = OrderRuns(rows.format.repeats_are_errors)
        given = [*runs.COLUMNS, *rows.given_columns]
        blocks = (runs.stage(block, rows.given_columns) for block in rows.blocks(for_copy=True))
        with (
            staged("staged_line", staging.STAGED_LINE, blocks, given),
            rows.storing() as summary,
        ):
            store_orders(summary, runs, "title" in given, rows.format.currency)
    return summary


def upsert_orders(rows: list[dict[str, Any]]) -> Written:
    """Write orders given line by line; wrong lines are left out and named."""
    given = GivenRows(rows, COLUMNS, rule=check_money)
    runs = OrderRuns()
    blocks = (runs.stage(block, COLUMNS) for block in given.blocks(for_copy=True))
    with (
        staged("staged_line", staging.STAGED_LINE, blocks, [*runs.COLUMNS, *COLUMNS]),
        given.storing() as summary,
    ):
        store_orders(summary, runs, described=True)
    return given.written()


class OrderRuns:
    """Finds the unbroken runs of lines of one order as they pass, and makes guests' ids."""

    COLUMNS = ("line", "head", "place", "repeat", "guest")

    def __init__(self, repeats_are_errors: bool = False):
        self.repeats_are_errors = repeats_are_errors
        self.disordered = False
        self._order, self._head, self._place = "", "", 0
        self._guests: dict[str, str] = {NULL: NULL, "": NULL}

    def stage(self, block: Block, columns: Iterable[str]) -> list[list[str]]:
        """Return the columns of `staged_line` for a block of checked lines."""
        count = len(block.lines)
        values = [block.values.get(name) or [NULL] * count for name in columns]
        repeats = [NULL] * count
        if self.repeats_are_errors:
            repeats = [str(hash(row)) for row in zip(*values, strict=True)]
        emails = block.values.get("email")
        guests = list(map(self._guest, emails)) if emails else [NULL] * count
        heads, places = self._runs(block)
        return [list(map(str, block.lines)), heads, places, repeats, guests, *values]

    def _runs(self, block: Block) -> tuple[list[str], list[str]]:
        heads, places = [], []
        order, head, place = self._order, self._head, self._place
        for line, order_id in zip(block.lines, block.values["order_id"], strict=True):
            if order_id == order:
                place += 1
            else:
                order, head, place = order_id, str(line), 1
            heads.append(head)
            places.append(str(place))
        self._order, self._head, self._place = order, head, place
        # Lines numbered otherwise than as they stand may be numbered twice.
        if block.values.get("line_no", places) != places:
            self.disordered = True
        return heads, places

    def _guest(self, email: str) -> str:
        if email not in self._guests:
            if len(self._guests) > 50_000:
                self._guests = {NULL: NULL, "": NULL}
            self._guests[email] = guest_id(email, settings.ERASURE_KEY)
        return self._guests[email]


def store_orders(
    summary: Summary, runs: OrderRuns, described: bool, usual_currency: str = ""
) -> None:
    """Write the staged lines: products and people they name, orders, lines, totals."""
    for reason, lines in staging.tidy_lines(runs.disordered, runs.repeats_are_errors).items():
        summary.skip(reason, lines)
    for name, lines in staging.contradictions().items():
        summary.warn(f"{name} differs from the order's first line", lines)
    summary.warn("a discount larger than its line's price", staging.overdiscounted())
    currency = staging.settle_currency(usual_currency or USUAL_CURRENCY)
    if settings.SHOP_CURRENCY not in ("", currency):
        raise FileRefused(
            f"SHOP_CURRENCY is {settings.SHOP_CURRENCY}, but this shop's sums are in {currency}."
        )
    confirm_key()
    now_described, made = staging.stage_items(described)
    summary.warn("products made from orders", len(now_described) + len(made))
    nobodys = staging.keep_owners()
    staging.stage_people()
    joined = people.find_people(erasure_digests)
    summary.names_erased = people.any_erased(
        digest for email in nobodys for digest in erasure_digests("", email)
    )
    people.fill_gaps()
    staging.stage_orders(currency)
    touched, clock = stored.touched_products(MOST_NAMED), data_clock()
    lines = stored.insert_orders()
    changes = stored.update_orders()
    summary.created, summary.updated = lines + changes.created, changes.updated
    summary.unchanged = changes.unchanged
    summary.warn("lines removed from orders that have them no more", changes.removed)
    summary.warn("orders dated in the future", stored.orders_yet_to_come())
    summary.warn("orders without a rate to the shop's currency", stored.orders_without_rate())
    totals.add_totals_of("(SELECT id FROM staged_order WHERE is_new)")
    recounted = sorted({*changes.customer_ids, *joined})
    if recounted:
        totals.recompute_totals(recounted)
    if summary.created > MANY:
        stored.refresh_statistics()
    if summary.created or summary.updated or changes.removed:
        # Where the data's clock moves, what lies in spans of days before it is other everywhere.
        product_ids = touched if clock in (None, data_clock()) else None
        transaction.on_commit(partial(orders_changed.send, "customers", product_ids=product_ids))
    announce(now_described + made, moved=now_described)


IMPORTER = Importer(import_orders, lambda: order_formats(settings.NOT_GOODS), COLUMNS)
