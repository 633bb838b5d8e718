"""Hears of changed products and orders, and hands what follows from them to workers."""

from runs.messages import tell_workers

# Files of orders that come one after the other are counted together.
POPULARITY_PAUSE_SECONDS = 5
TASKS = "recommendations.tasks"


def follow_catalogue(sender: str, product_ids: list[int] | None, **_) -> None:
    """Have a worker bring lists up to date with changed products."""
    tell_workers(f"{TASKS}.refresh_neighbours", product_ids, queue="now")


def follow_orders(sender: str, product_ids: list[int] | None, **_) -> None:
    """Have buyers counted: of products named at once, of all soon and once for all files read."""
    task = f"{TASKS}.refresh_popularity"
    if product_ids is None:
        tell_workers(task, queue="now", once_in=POPULARITY_PAUSE_SECONDS)
    else:
        tell_workers(task, product_ids, queue="now")


def follow_segments(sender: str, **_) -> None:
    """Have buyers in segments counted when customers moved."""
    tell_workers(f"{TASKS}.refresh_segment_popularity", queue="batch")
