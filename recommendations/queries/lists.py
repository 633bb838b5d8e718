"""SQL of stored lists, whatever they hold."""

from collections.abc import Mapping

import numpy as np
from django.db.models import Model

from runs.blocks import write_blocks
from runs.copying import fetch

# A number for the item group of a product `p`; one without is its own.
GROUP = "CASE p.item_group_id WHEN '' THEN -p.id ELSE hashtextextended(p.item_group_id, 0) END"


def compare_lists(
    model: type[Model], column: str, run_id: int, before_id: int, places: int
) -> dict[str, int]:
    """Count a run's lists, and beside an earlier run's those changed, those new and those gone.

    A list is changed when its first `places` are others, or stand otherwise.
    """
    of_run = f"""SELECT product_id, {column}[1:%(places)s] AS list FROM {model._meta.db_table}
        WHERE run_id = %(run)s AND cardinality({column}) > 0"""
    ((lists, changed, first, gone),) = fetch(
        f"""SELECT count(a.list), count(*) FILTER (WHERE a.list <> b.list),
            count(*) FILTER (WHERE b.list IS NULL), count(*) FILTER (WHERE a.list IS NULL)
        FROM ({of_run}) AS a
        FULL JOIN ({of_run.replace("%(run)s", "%(before)s")}) AS b USING (product_id)""",
        {"run": run_id, "before": before_id, "places": places},
    )
    return {"lists": lists, "changed": changed, "first": first, "gone": gone}


def write_lists(
    table: str,
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
    write_blocks(table, columns, map(of_one_length, np.unique(lengths)))
