"""What a finished run changes of what shoppers see, beside the run that is published then."""

from collections.abc import Callable, Sequence

from django.db.models import Model

from recommendations.evaluation import PLACES, evenly
from recommendations.queries.lists import compare_lists
from runs.models import Run
from runs.queries import published_run
from runs.wording import many

# Customers whose lists are compared.
CUSTOMERS_TRIED = 100


def lists_changed(run: Run, model: type[Model], column: str) -> dict:
    """Count products whose first places differ; `column` of the model holds their lists."""
    before = published_run(run.kind)
    if not before:
        return {}
    found = compare_lists(model, column, run.pk, before.pk, PLACES)
    changed = f"{found['changed']:,}" if found["changed"] else "none"
    parts = [
        f"The first {PLACES} places change for {changed}"
        f" of {many(found['lists'], 'product')} with a list"
    ]
    if found["first"]:
        parts.append(_told(found["first"], "gets its first list", "get their first list"))
    if found["gone"]:
        parts.append(_told(found["gone"], "loses its list", "lose theirs"))
    return _changes(before, found, "; ".join(parts))


def customers_changed(
    run: Run, customers: Sequence[int], best: Callable[[int, int], list[int]]
) -> dict:
    """Compare what an even sample of customers is shown; `best` lists it by run and customer."""
    before = published_run(run.kind)
    tried = [int(customers[place]) for place in evenly(len(customers), CUSTOMERS_TRIED)]
    if not before or not tried:
        return {}
    lists = [[best(which.pk, customer) for which in (before, run)] for customer in tried]
    new = [len({*after} - {*shown}) for shown, after in lists]
    changed = sum(shown != after for shown, after in lists)
    found = {
        "tried": len(tried),
        "changed": changed,
        "new_places": round(sum(new) / len(new), 2),
    }
    text = (
        f"The first {PLACES} places change for {changed or 'none'}"
        f" of {many(len(tried), 'customer')} tried"
    )
    if changed:
        text += f"; on average {found['new_places']:.1f} of their products are others"
    return _changes(before, found, text)


def _changes(before: Run, found: dict, text: str) -> dict:
    return {"changes": {"against": before.pk, **found, "text": f"{text}."}}


def _told(products: int, one: str, several: str) -> str:
    return f"{many(products, 'product')} {one if products == 1 else several}"
