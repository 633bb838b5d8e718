"""A catalogue's rows of weights in order, and with some of them replaced."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import csr_array, vstack


@dataclass(frozen=True)
class Rows:
    """Products with their weights, ordered by name: the order decides between equal scores.

    Parameters
    ----------
    ids : ndarray of int, shape (n_products,)
        The keys of the products.
    names : list of str
        What they are ordered by.
    group_keys : ndarray of int, shape (n_products,)
        Any number for the item group of each.
    weights : csr_array of float32, shape (n_products, n_terms)
        As `recommendations.vectors` makes them.
    """

    ids: np.ndarray
    names: list[str]
    group_keys: np.ndarray
    weights: csr_array

    @cached_property
    def groups(self) -> np.ndarray:
        """The item groups numbered from 0."""
        return np.unique(self.group_keys, return_inverse=True)[1]

    def places(self, product_ids: Iterable[int]) -> np.ndarray:
        """Where these products stand, those that do, in order."""
        return np.flatnonzero(np.isin(self.ids, np.fromiter(product_ids, dtype=np.int64)))

    def replaced(self, product_ids: Sequence[int], new: "Rows") -> "Rows":
        """Take some products out and put others in.

        Parameters
        ----------
        product_ids : sequence of int
            Who goes.
        new : Rows
            Who comes, in any order.

        Returns
        -------
        Rows
            The others and the new ones, in order.

        Examples
        --------
        >>> weights = csr_array(np.array([[1.0], [2], [3]]))
        >>> rows = Rows(np.array([5, 6, 7]), ["a", "c", "d"], np.array([1, 1, 2]), weights)
        >>> new = Rows(np.array([9]), ["b"], np.array([2]), csr_array(np.array([[4.0]])))
        >>> after = rows.replaced([6], new)
        >>> after.ids.tolist(), after.names, after.weights.toarray().ravel().tolist()
        ([5, 9, 7], ['a', 'b', 'd'], [1.0, 4.0, 3.0])
        """
        kept = np.flatnonzero(~np.isin(self.ids, product_ids))
        names = [self.names[place] for place in kept] + new.names
        order = np.array(sorted(range(len(names)), key=names.__getitem__), dtype=np.int64)
        weights = vstack([self.weights[kept], new.weights], format="csr")
        return Rows(
            np.concatenate([self.ids[kept], new.ids])[order],
            [names[place] for place in order],
            np.concatenate([self.group_keys[kept], new.group_keys])[order],
            csr_array(weights[order]),
        )
