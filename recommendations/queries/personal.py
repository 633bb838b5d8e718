"""SQL of personal lists: who bought what, what was learned from it, one customer's purchases."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np

from recommendations.models import PersonalShelf
from recommendations.personal.appeal import Field
from recommendations.personal.history import HALF_LIFE_DAYS
from recommendations.personal.scoring import Shelf
from recommendations.queries.events import OF_CUSTOMER
from runs.arrays import read_arrays
from runs.copying import copy_in, execute, fetch, fetch_prepared
from runs.models import Run

# Learned from; what a customer is recommended follows from all their purchases.
WINDOW_DAYS = 730
# Views and baskets of so many days count too, by so much of a purchase.
LOOKED_AT_DAYS = 30
FIELDS = ("top", "category", "brand")
# Rows of weights remembered by a process, of the published run or the one before.
MOST_REMEMBERED = 20_000
_STORED_AT_ONCE = 2000

_TOP, _CATEGORY, _BRAND = (
    "lower(split_part(p.product_type, ' > ', 1))",
    "lower(p.product_type)",
    "lower(p.brand)",
)
_AGE_DAYS = "greatest(extract(epoch FROM %(as_of)s::timestamptz - o.ordered_at)::float8, 0) / 86400"
_BOUGHT = "o.status IN ('paid', 'fulfilled') AND l.quantity > 0"
_DECAYED = f"sum(power(0.5::float8, {_AGE_DAYS} / {HALF_LIFE_DAYS}))"


class Catalogue(NamedTuple):
    """All products by their own ids: keys, whether they may be shown, values of each field."""

    products: np.ndarray
    is_shown: np.ndarray
    values: dict[str, list[str]]


class Pairs(NamedTuple):
    """Who bought what by keys, how often with decay, and days since the first time."""

    customers: np.ndarray
    products: np.ndarray
    decayed: np.ndarray
    first_age_days: np.ndarray


class Bought(NamedTuple):
    """A product one customer bought, or of late looked at: then `orders` is 0."""

    product: int
    title: str
    orders: int
    decayed: float
    first_at: datetime
    last_at: datetime
    values: dict[str, str]


@dataclass(frozen=True)
class Kept:
    """A stored shelf: keys of its products, what scoring needs, the codes of fields' values."""

    products: np.ndarray
    shelf: Shelf
    codes: Mapping[str, Mapping[str, int]]

    @cached_property
    def places(self) -> dict[int, int]:
        """Where each product stands on the shelf."""
        return {product: place for place, product in enumerate(self.products.tolist())}


def catalogue() -> Catalogue:
    """All products, those that may not be shown too: they were bought once."""
    rows = fetch(
        f"""SELECT p.id, p.visible AND p.deleted_at IS NULL, {_TOP}, {_CATEGORY}, {_BRAND}
        FROM products_product AS p ORDER BY lower(p.external_id) COLLATE "C\""""
    )
    ids, shown, *values = list(zip(*rows, strict=True)) or [()] * 5
    columns = dict(zip(FIELDS, map(list, values), strict=True))
    return Catalogue(np.array(ids, "i8"), np.array(shown, bool), columns)


def purchases(as_of: datetime | None) -> Pairs:
    """What customers bought in the two years before, but those who opted out."""
    read = read_arrays(
        f"""SELECT o.customer_id, l.product_id, {_DECAYED} AS decayed, max({_AGE_DAYS}) AS first
        FROM customers_order AS o JOIN customers_orderline AS l ON l.order_id = o.id
        JOIN customers_customer AS c ON c.id = o.customer_id AND NOT c.profiling_opt_out
        WHERE {_BOUGHT} AND o.ordered_at <= %(as_of)s::timestamptz
            AND o.ordered_at > %(as_of)s::timestamptz - %(days)s * interval '1 day'
        GROUP BY o.customer_id, l.product_id""",
        {"as_of": as_of, "days": WINDOW_DAYS},
        customer_id="i4",
        product_id="i4",
        decayed="f4",
        first="f4",
    )
    return Pairs(*read.values())


def bought_between(start: datetime, end: datetime) -> tuple[np.ndarray, np.ndarray]:
    """Who bought what after `start`, up to `end`: keys of customers and products."""
    read = read_arrays(
        f"""SELECT DISTINCT o.customer_id, l.product_id
        FROM customers_order AS o JOIN customers_orderline AS l ON l.order_id = o.id
        JOIN customers_customer AS c ON c.id = o.customer_id AND NOT c.profiling_opt_out
        WHERE {_BOUGHT} AND o.ordered_at > %(start)s AND o.ordered_at <= %(end)s""",
        {"start": start, "end": end},
        customer_id="i4",
        product_id="i4",
    )
    return read["customer_id"], read["product_id"]


def first_order_at(as_of: datetime) -> datetime | None:
    """When the first order of the two years before was made."""
    ((first,),) = fetch(
        """SELECT min(ordered_at) FROM customers_order AS o WHERE ordered_at <= %(as_of)s
            AND ordered_at > %(as_of)s::timestamptz - %(days)s * interval '1 day'""",
        {"as_of": as_of, "days": WINDOW_DAYS},
    )
    return first


def bought_by(customer: int, as_of: datetime | None, now: datetime) -> list[Bought]:
    """What a customer bought up to this moment, and looked at or put into the basket of late.

    Ages count from `as_of`; what was bought since has none.
    """
    rows = fetch_prepared(
        f"""SELECT p.id, p.title, b.orders, b.decayed, b.first_at, b.last_at,
            {_TOP}, {_CATEGORY}, {_BRAND}
        FROM (
            SELECT l.product_id, count(DISTINCT o.id) AS orders, {_DECAYED} AS decayed,
                min(o.ordered_at) AS first_at, max(o.ordered_at) AS last_at
            FROM customers_order AS o JOIN customers_orderline AS l ON l.order_id = o.id
            WHERE o.customer_id = %(customer)s AND {_BOUGHT} AND o.ordered_at <= %(now)s
            GROUP BY l.product_id
            UNION ALL
            SELECT e.product_id, 0, 0, min(e.at), max(e.at) FROM recommendations_event AS e
            WHERE {OF_CUSTOMER} AND e.type IN ('view', 'cart')
                AND e.at > %(now)s::timestamptz - %(days)s * interval '1 day'
            GROUP BY e.product_id
        ) AS b JOIN products_product AS p ON p.id = b.product_id
        ORDER BY b.orders = 0, p.id""",
        {"customer": customer, "as_of": as_of or now, "now": now, "days": LOOKED_AT_DAYS},
    )
    found = {}
    for *known, top, category, brand in rows:
        values = {"top": top, "category": category, "brand": brand}
        found.setdefault(known[0], Bought(*known, values))
    return list(found.values())


def store_shelf(run: Run, kept: Kept) -> None:
    """Keep the products that a run recommends from."""
    shelf = kept.shelf
    PersonalShelf.objects.create(
        run=run,
        products=kept.products.astype("<i4").tobytes(),
        base=shelf.base.astype("<f4").tobytes(),
        buyers=shelf.buyers.astype("<i4").tobytes(),
        adoption=shelf.adoption.astype("<f8").tobytes(),
        codes=np.concatenate([shelf.fields[name].codes for name in FIELDS]).astype("<i4").tobytes(),
        fields={
            name: {
                "values": sorted(kept.codes[name], key=kept.codes[name].__getitem__),
                "shares": shelf.fields[name].shares.tolist(),
            }
            for name in FIELDS
        },
        appeal_share=shelf.appeal_share,
    )


@lru_cache(maxsize=2)
def kept_shelf(run_id: int) -> Kept:
    """Return the products a run recommends from; remembered, since a run's never change."""
    row = PersonalShelf.objects.get(run_id=run_id)
    products = np.frombuffer(row.products, "<i4").astype("i8")
    codes = np.frombuffer(row.codes, "<i4").astype("i8").reshape(len(FIELDS), -1)
    fields = {
        name: Field(codes[place], np.array(row.fields[name]["shares"]))
        for place, name in enumerate(FIELDS)
    }
    shelf = Shelf(
        base=np.frombuffer(row.base, "<f4"),
        buyers=np.frombuffer(row.buyers, "<i4").astype("i8"),
        adoption=np.frombuffer(row.adoption, "<f8"),
        fields=fields,
        appeal_share=row.appeal_share,
    )
    numbers = {
        name: {value: code for code, value in enumerate(row.fields[name]["values"])}
        for name in FIELDS
    }
    return Kept(products, shelf, numbers)


def store_weights(
    run_id: int, products: np.ndarray, neighbours: np.ndarray, deviations: np.ndarray
) -> None:
    """Keep the weights of these products, a row each."""

    def blocks() -> Iterable[list[list[str]]]:
        for start in range(0, len(products), _STORED_AT_ONCE):
            here = slice(start, start + _STORED_AT_ONCE)
            yield [
                [str(run_id)] * len(products[here]),
                list(map(str, products[here].tolist())),
                [rf"\\x{row.tobytes().hex()}" for row in neighbours[here].astype("<i2")],
                [rf"\\x{row.tobytes().hex()}" for row in deviations[here].astype("<f4")],
            ]

    columns = ["run_id", "product_id", "neighbours", "deviations"]
    copy_in("recommendations_itemweight", columns, blocks())


_remembered: OrderedDict[tuple[int, int], tuple[np.ndarray, np.ndarray]] = OrderedDict()


def weights_of(run_id: int, products: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    """Return neighbours and deviations of these products: a row each, -1 and 0 where none is kept.

    Rows are remembered, since a run's never change.
    """
    rows = {product: _remembered.get((run_id, product)) for product in products}
    missing = [product for product, row in rows.items() if row is None]
    if missing:
        rows |= _read_weights(run_id, missing)
    found = [rows[product] for product in products]
    width = max((len(neighbours) for neighbours, _ in found), default=0)
    neighbours = np.full((len(found), width), -1, dtype=np.int16)
    deviations = np.zeros((len(found), width), dtype=np.float32)
    for place, (near, weights) in enumerate(found):
        neighbours[place, : len(near)], deviations[place, : len(near)] = near, weights
    return neighbours, deviations


def count_weights(run_id: int) -> tuple[int, int]:
    """How many products have weights, and for how many products in all."""
    ((products, pairs),) = fetch(
        "SELECT count(*), coalesce(sum(length(neighbours) / 2), 0)::bigint"
        " FROM recommendations_itemweight WHERE run_id = %s",
        [run_id],
    )
    return products, pairs


def forget(run_id: int) -> None:
    """Drop what a run stored, and what is remembered of it."""
    kept_shelf.cache_clear()
    for remembered in [key for key in _remembered if key[0] == run_id]:
        del _remembered[remembered]
    for table in ("itemweight", "personalshelf"):
        execute(f"DELETE FROM recommendations_{table} WHERE run_id = %s", [run_id])


def _read_weights(run_id: int, products: list[int]) -> dict[int, tuple[np.ndarray, np.ndarray]]:
    """Read rows of weights, and remember them in the place of those read longest ago."""
    rows = dict.fromkeys(products, (np.empty(0, "<i2"), np.empty(0, "<f4")))
    found = fetch_prepared(
        "SELECT product_id, neighbours, deviations FROM recommendations_itemweight"
        " WHERE run_id = %s AND product_id = ANY(%s)",
        [run_id, products],
    )
    for product, *row in found:
        rows[product] = np.frombuffer(row[0], "<i2"), np.frombuffer(row[1], "<f4")
    while _remembered and len(_remembered) + len(products) > MOST_REMEMBERED:
        _remembered.popitem(last=False)
    _remembered.update({(run_id, product): row for product, row in rows.items()})
    return rows
