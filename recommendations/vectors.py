"""Products' fields -> rows of term weights whose cosine says how alike two products are.

Weights are whole numbers, at most `LENGTH` to a row. A dot product of two rows is then exact in
any order of summing, in single precision too: a similarity is the same number to the last bit
whether it comes from a full build, from a patch of one product or from an explanation.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from recommendations.words import words_of

# The length every row has but for rounding. The product of two lengths stays below 2**24, up to
# where single precision counts without error.
LENGTH = 4000
# What each field may give to the squared length of a row.
SHARES = {
    "title": 1.0,
    "description": 0.4,
    "product_type": 1.0,
    "brand": 0.3,
    "attributes": 0.6,
    "price": 0.15,
}
# Only the heaviest terms of a row are kept; long descriptions have more.
MOST_TERMS = 128
# Attributes are compared as they stand; longer ones are prose, which no two products share.
LONGEST_VALUE = 80
# Prices of one band differ by less than this factor.
PRICE_STEP = 1.5


@dataclass(frozen=True)
class Fields:
    """What products are compared by: one entry a product in each, in one order.

    Parameters
    ----------
    title, description, product_type, brand : sequence of str
        Texts, empty where there is none; `product_type` is a path as in ``"Home > Mugs"``.
    price : sequence of (str, float or None)
        Currency and price in it.
    attributes : sequence of str
        A JSON object each: names and values.
    """

    title: Sequence[str]
    description: Sequence[str]
    product_type: Sequence[str]
    brand: Sequence[str]
    price: Sequence[tuple[str, float | None]]
    attributes: Sequence[str]

    def __len__(self) -> int:
        return len(self.title)


@dataclass(frozen=True)
class Vocabulary:
    """The terms of a catalogue, enough to make any one product's row again.

    Parameters
    ----------
    labels : tuple of str
        The terms as people read them, by column.
    rarity : ndarray of float, shape (n_terms,)
        ln((1 + products) / products with the term): 0 is common to all, no unit.
    """

    labels: tuple[str, ...]
    rarity: np.ndarray

    @cached_property
    def columns(self) -> dict[str, int]:
        """The column of each term."""
        return {label: column for column, label in enumerate(self.labels)}


def fit(fields: Fields) -> tuple[Vocabulary, csr_array]:
    """Learn the terms of a catalogue, and weigh its products by them.

    A term that one product alone has can make nothing alike and is left out.

    Parameters
    ----------
    fields : Fields
        All products of the catalogue.

    Returns
    -------
    vocabulary : Vocabulary
        Terms of two or more products, sorted.
    weights : csr_array of shape (n_products, n_terms)
        As `vectorise` returns it.

    Examples
    --------
    >>> fields = Fields(["red mug", "blue mug", "red hat"], [""] * 3, [""] * 3, [""] * 3,
    ...                 [("", None)] * 3, ["{}"] * 3)
    >>> vocabulary, weights = fit(fields)
    >>> vocabulary.labels, vocabulary.rarity.round(3).tolist()
    (('mug', 'red'), [0.693, 0.693])
    >>> weights.toarray().astype(int).tolist()
    [[2828, 2828], [4000, 0], [0, 4000]]
    """
    seen: dict[str, int] = {}
    counts = _count(fields, lambda term: seen.setdefault(term, len(seen)))
    counts = {field: (_widen(rows, len(seen)), which) for field, (rows, which) in counts.items()}
    products = np.bincount(
        sum(rows[which] for rows, which in counts.values()).indices, minlength=len(seen)
    )
    labels = sorted(term for term, column in seen.items() if products[column] > 1)
    old_columns = np.array([seen[label] for label in labels], dtype=int)
    rarity = np.log((1 + len(fields)) / products[old_columns])
    kept = {field: (rows[:, old_columns], which) for field, (rows, which) in counts.items()}
    return Vocabulary(tuple(labels), rarity), _weigh(kept, rarity)


def vectorise(vocabulary: Vocabulary, fields: Fields) -> csr_array:
    """Weigh products by a vocabulary learned before; terms it lacks are left out.

    In each field a term weighs (1 + ln count) x rarity; the field's weights are brought to the
    length ``sqrt(share)``, less where the field says next to nothing; the sum of the fields is
    brought to `LENGTH` and rounded.

    Parameters
    ----------
    vocabulary : Vocabulary
        The terms of the catalogue.
    fields : Fields
        Any number of products.

    Returns
    -------
    csr_array of float32, shape (n_products, n_terms)
        Whole numbers from 1 to `LENGTH`, columns in order; a row without known terms is empty.

    Examples
    --------
    >>> vocabulary = Vocabulary(("brand: acme", "mug"), np.array([2.0, 4.0]))
    >>> one = Fields(["a mug"], [""], [""], ["Acme"], [("", None)], ["{}"])
    >>> vectorise(vocabulary, one).toarray().astype(int).tolist()
    [[1803, 3571]]
    """
    counts = _count(fields, vocabulary.columns.get)
    width = len(vocabulary.labels)
    counts = {field: (_widen(rows, width), which) for field, (rows, which) in counts.items()}
    return _weigh(counts, vocabulary.rarity)


def terms_of_category(path: str) -> list[str]:
    """List a category and those above it.

    Parameters
    ----------
    path : str
        As in ``"Home > Mugs"``, any depth.

    Returns
    -------
    list of str
        One term a level, the top first.

    Examples
    --------
    >>> terms_of_category("Home >Mugs")
    ['category: home', 'category: home > mugs']
    """
    steps = [step.strip().casefold() for step in path.split(">") if step.strip()]
    return [f"category: {' > '.join(steps[: depth + 1])}" for depth in range(len(steps))]


def terms_of_attributes(text: str) -> list[str]:
    """List attributes as terms of name and value; each value of a list is one.

    Parameters
    ----------
    text : str
        A JSON object.

    Returns
    -------
    list of str
        One term a value, without values that are empty, nested or prose.

    Examples
    --------
    >>> terms_of_attributes('{"Colour": "Red", "sizes": [38, 40], "organic": true, "note": null}')
    ['colour: red', 'sizes: 38', 'sizes: 40', 'organic: yes']
    """
    terms = []
    for name, value in json.loads(text).items():
        for one in value if isinstance(value, list) else [value]:
            written = {True: "yes", False: "no"}[one] if isinstance(one, bool) else one
            if isinstance(written, str | int | float):
                written = str(written).strip().casefold()
                if 0 < len(written) <= LONGEST_VALUE:
                    terms.append(f"{name.strip().casefold()}: {written}")
    return terms


def terms_of_price(price: tuple[str, float | None]) -> list[str]:
    """Name the band a price falls in; a band ends `PRICE_STEP` times where it begins.

    Parameters
    ----------
    price : tuple of (str, float or None)
        Currency and price in it.

    Returns
    -------
    list of str
        One term, or none without a price above 0.

    Examples
    --------
    >>> terms_of_price(("EUR", 12.5)), terms_of_price(("EUR", None))
    (['price: 11 to 17 EUR'], [])
    """
    currency, amount = price
    if not amount or not amount > 0:
        return []
    band = int(np.floor(np.log(amount) / np.log(PRICE_STEP) + 1e-9))
    low, high = (_two_digits(PRICE_STEP**power) for power in (band, band + 1))
    return [f"price: {low} to {high} {currency}".rstrip()]


_TERMS_OF: dict[str, Callable] = {
    "title": words_of,
    "description": words_of,
    "product_type": terms_of_category,
    "brand": lambda brand: [f"brand: {brand.strip().casefold()}"] if brand.strip() else [],
    "attributes": terms_of_attributes,
    "price": terms_of_price,
}

# For each field the counts of its distinct values, and which of these each product has.
_Counts = Mapping[str, tuple[csr_array, np.ndarray]]


def _count(fields: Fields, column_of: Callable[[str], int | None]) -> _Counts:
    counts = {}
    for field, terms_of in _TERMS_OF.items():
        values = getattr(fields, field)
        listed = np.empty(len(values), dtype=object)
        listed[:] = values
        which, distinct = pd.factorize(listed, use_na_sentinel=False)
        counts[field] = _count_terms(map(terms_of, distinct), column_of), which
    return counts


def _count_terms(
    lists: Iterable[list[str]], column_of: Callable[[str], int | None]
) -> tuple[np.ndarray, np.ndarray]:
    columns: list[int] = []
    ends = [0]
    for terms in lists:
        columns += [column for column in map(column_of, terms) if column is not None]
        ends.append(len(columns))
    return np.array(columns, dtype=np.int32), np.array(ends)


def _widen(counted: tuple[np.ndarray, np.ndarray], width: int) -> csr_array:
    columns, ends = counted
    rows = csr_array((np.ones(len(columns)), columns, ends), shape=(len(ends) - 1, width))
    rows.sum_duplicates()
    return rows


def _weigh(counts: _Counts, rarity: np.ndarray) -> csr_array:
    fields = []
    for field, (rows, which) in counts.items():
        weights = rows.astype(float)
        weights.sort_indices()
        weights.data = (1 + np.log(weights.data)) * rarity[weights.indices]
        # A field of nothing but common terms is shorter than 1 and stays short.
        lengths = np.sqrt(1 + _squared_lengths(weights))
        weights.data *= np.sqrt(SHARES[field]) / lengths.repeat(np.diff(weights.indptr))
        fields.append(weights[which])
    total = sum(fields[1:], start=fields[0])
    total.sort_indices()
    _keep_heaviest(total)
    lengths = np.sqrt(_squared_lengths(total))
    lengths[lengths == 0] = 1
    total.data = np.rint(total.data * LENGTH / lengths.repeat(np.diff(total.indptr)))
    total.eliminate_zeros()
    return total.astype(np.float32)


def _two_digits(amount: float) -> str:
    return f"{float(f'{amount:.2g}'):.12g}"


def _squared_lengths(rows: csr_array) -> np.ndarray:
    return rows.multiply(rows) @ np.ones(rows.shape[1])


def _keep_heaviest(rows: csr_array) -> None:
    for row in np.flatnonzero(np.diff(rows.indptr) > MOST_TERMS):
        weights = rows.data[rows.indptr[row] : rows.indptr[row + 1]]
        weights[np.argsort(-weights, kind="stable")[MOST_TERMS:]] = 0
    rows.eliminate_zeros()
