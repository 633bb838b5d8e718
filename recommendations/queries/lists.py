"""SQL of stored lists, whatever they hold."""

from collections.abc import Mapping

import numpy as np
from django.db.models import Model

from runs.blocks import write_blocks

# A number for the item group of a product `p`; one without is its own.
GROUP = "CASE p.item_group_id WHEN '' THEN -p.id ELSE hashtextextended(p.item_group_id, 0) END"


def write_lists(
    model: type[Model],
    run_id: int,
    product_ids: np.ndarray,
    starts: np.ndarray,
    entries: Mapping[str, np.ndarray],
) -> None:
    """Keep lists that stand one after the other in `entries`; list n belongs to product n.

    `starts` says where each list begins and the last one ends.
    """
    lengths = np.diff(starts)

    def of_one_length(length: int) -> dict[str, np.ndarray]:
        lists = np.flatnonzero(lengths == length)
        places = starts[lists][:, None] + np.arange(length)
        return {
            "run_id": np.full(len(lists), run_id, "i8"),
            "product_id": product_ids[lists].astype("i4"),
            **{name: values[places] for name, values in entries.items()},
        }

    columns = ["run_id", "product_id", *entries]
    write_blocks(model._meta.db_table, columns, map(of_one_length, np.unique(lengths)))
