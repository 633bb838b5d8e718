"""Order lines of a month summed: by product, and by category, segment and price band."""

from dataclasses import dataclass

import numpy as np

MEASURES = ("lines", "reduced_lines", "sold", "units", "gross", "discount", "returned", "net")


@dataclass(frozen=True)
class Lines:
    """Counted order lines, one row each; money in whole ten-thousandths, so that sums are exact.

    `price` is that of a unit before discounts; `quantity` and `net` are below 0 for returns.
    """

    product: np.ndarray
    quantity: np.ndarray
    price: np.ndarray
    net: np.ndarray
    discount: np.ndarray


@dataclass(frozen=True)
class ProductSums:
    """Sums of each product, by rising number; `of_line` is the row of each line's product."""

    product: np.ndarray
    band: np.ndarray
    sold: np.ndarray
    units: np.ndarray
    net: np.ndarray
    of_line: np.ndarray


def sum_products(lines: Lines, edges: np.ndarray) -> ProductSums:
    """Sum lines by product, and find the price band of each product's mean price.

    Parameters
    ----------
    lines : Lines
        In any order.
    edges : ndarray of shape (n_edges,)
        Where bands end, rising, in the unit of prices; a price equal to an edge lies above it.

    Returns
    -------
    ProductSums
        `sold` are units without returns, `units` with returns taken off.

    Examples
    --------
    >>> one = np.array([5, 5])
    >>> sums = sum_products(Lines(one, np.array([3, -1]), one * 20, one, one * 0), np.array([90.0]))
    >>> sums.product.tolist(), sums.band.tolist(), sums.sold.tolist(), sums.units.tolist()
    ([5], [1], [3], [2])
    """
    product, of_line = np.unique(lines.product, return_inverse=True)
    pieces = np.abs(lines.quantity)

    def summed(values: np.ndarray) -> np.ndarray:
        return np.bincount(of_line, values, len(product))

    price = summed(pieces * lines.price) / summed(pieces)
    return ProductSums(
        product=product,
        band=np.searchsorted(edges, price, "right"),
        sold=summed(np.maximum(lines.quantity, 0)).astype(np.int64),
        units=summed(lines.quantity).astype(np.int64),
        net=summed(lines.net).astype(np.int64),
        of_line=of_line,
    )


def sum_cells(lines: Lines, *keys: np.ndarray) -> tuple[list[np.ndarray], dict[str, np.ndarray]]:
    """Sum lines by every combination of keys that occurs.

    Parameters
    ----------
    lines : Lines
        In any order.
    keys : ndarrays of int, shape (n_lines,)
        Such as category, segment and price band.

    Returns
    -------
    keys : list of ndarray of int, shape (n_cells,)
        The combinations, rising.
    sums : dict of ndarray of int64, shape (n_cells,)
        MEASURES: `lines` and `reduced_lines` (with a discount) sold; units sold, and with returns
        taken off; gross and discount of what was sold, what was returned, and net.

    Examples
    --------
    >>> no, four = np.zeros(2, int), np.array([4, 4])
    >>> bought = Lines(no, np.array([2, -1]), four, np.array([7, -4]), np.array([1, 0]))
    >>> keys, sums = sum_cells(bought, four, no)
    >>> [key.tolist() for key in keys], {name: int(sums[name][0]) for name in ("gross", "net")}
    ([[4], [0]], {'gross': 8, 'net': 3})
    """
    lowest = [key.min(initial=0) for key in keys]
    shape = [int(key.max(initial=0) - low) + 1 for key, low in zip(keys, lowest, strict=True)]
    packed = np.ravel_multi_index([key - low for key, low in zip(keys, lowest, strict=True)], shape)
    cells, of_line = np.unique(packed, return_inverse=True)
    is_sale = lines.quantity > 0
    measured = {
        "lines": is_sale,
        "reduced_lines": is_sale & (lines.discount > 0),
        "sold": np.where(is_sale, lines.quantity, 0),
        "units": lines.quantity,
        "gross": np.where(is_sale, lines.net + lines.discount, 0),
        "discount": np.where(is_sale, lines.discount, 0),
        "returned": np.where(is_sale, 0, -lines.net),
        "net": lines.net,
    }
    sums = {
        name: np.bincount(of_line, values, len(cells)).astype(np.int64)
        for name, values in measured.items()
    }
    found = np.unravel_index(cells, shape)
    return [key + low for key, low in zip(found, lowest, strict=True)], sums
