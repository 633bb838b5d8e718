"""Personal lists, learned: purchases -> shelf and weights -> a trial as gate -> published."""

from django.db import transaction

from customers.queries.clock import data_clock
from products.queries import bump_catalogue_version
from recommendations import gates
from recommendations.evaluation import PLACES, interval
from recommendations.personal import model as learning
from recommendations.personal.history import History, build_history
from recommendations.personal.model import Model, telling_customers
from recommendations.personal.scoring import APPEAL_SHARE
from recommendations.queries import personal as queries
from recommendations.services import trials
from recommendations.services.changes import customers_changed
from recommendations.services.customer_lists import best_of_run
from recommendations.services.popularity import refresh_segment_popularity
from recommendations.services.trials import FEWEST_JUDGED, Shop
from runs.gates import Gate
from runs.kinds import Kind, Verdict
from runs.models import Run
from runs.queries import note_progress

NAME = "personal"


def prepare(run: Run) -> int:
    """Clear what an attempt before may have stored; all is done at the end."""
    with transaction.atomic():
        queries.forget(run.pk)
    run.as_of = run.as_of or data_clock()
    return 0


def finish(run: Run) -> Verdict:
    """Judge the model by a trial, learn it from all purchases, keep it."""
    if run.as_of is None:
        return Verdict.by([_buyers(0)], {"customers": 0})
    note_progress(run, "judging by the last months", 0)
    found, judged = _judge(run)
    note_progress(run, "reading purchases", 0.4)
    shop = trials.read_shop()
    purchases, customers = trials.read_purchases(shop, run.as_of)
    if not len(customers):
        return Verdict.by([_buyers(0)], {"customers": 0})
    note_progress(run, "learning what goes with what", 0.5)
    history = build_history(purchases, len(customers), len(shop.products))
    model = trials.learn(shop, history, found.get("appeal_share", APPEAL_SHARE))
    note_progress(run, "keeping it", 0.8)
    with transaction.atomic():
        queries.forget(run.pk)
        _store(run, shop, model)
    products, pairs = queries.count_weights(run.pk)
    metrics = {
        "customers": len(customers),
        "shelf": len(model.targets),
        "products": products,
        "pairs": pairs,
    }
    checks = [_buyers(len(customers)), _size(history, model), *judged]
    note_progress(run, "comparing with what is published", 0.9)
    changes = customers_changed(
        run, customers, lambda which, customer: best_of_run(which, customer, run.as_of, PLACES)
    )
    return Verdict.by(checks, metrics | found | changes)


def publish(run: Run, before: Run | None) -> None:
    """Count buyers in segments as of the run; make kept answers old."""
    refresh_segment_popularity(run.as_of)
    bump_catalogue_version()


def take_back(run: Run, instead_of: Run) -> None:
    """Do the same."""
    publish(run, instead_of)


def forget(run: Run) -> None:
    """Drop what a run stored."""
    queries.forget(run.pk)


KIND = Kind(
    name=NAME,
    prepare=prepare,
    finish=finish,
    publish=publish,
    take_back=take_back,
    forget=forget,
)


def _store(run: Run, shop: Shop, model: Model) -> None:
    queries.store_shelf(run, queries.Kept(shop.products[model.targets], model.shelf, shop.values))
    if model.weights:
        queries.store_weights(
            run.pk,
            shop.products[model.weights.sources],
            model.weights.neighbours,
            model.weights.deviations,
        )


def _buyers(count: int) -> Gate:
    there = f"{count:,} customer{' has' if count == 1 else 's have'} bought something."
    missing = "No customer has bought anything yet: import orders first."
    return gates.any_at_all("no_purchases", count, there, missing)


def _size(history: History, model: Model) -> Gate:
    """Check whether there are customers enough to learn from what goes with what."""
    count = telling_customers(history) if model.weights else 0
    fewest, products = learning.FEWEST_CUSTOMERS, learning.FEWEST_PRODUCTS
    return gates.enough(
        "too_small_for_weights",
        count,
        fewest,
        "customers",
        f"{count:,} customers bought {products} different products.",
        f"Lists follow categories and buyers alone: fewer than {fewest} customers bought"
        f" {products} different products.",
    )


def _judge(run: Run) -> tuple[dict, list[Gate]]:
    """Learn from before a day; say how it compares, by what was bought after it.

    What appeal weighs is chosen there, and the lists compared with what is popular: by the same
    customers, so the best of a few weights is flattered a little.
    """
    trial = trials.set_up(trials.usual_split(run.as_of), run.as_of)
    judged = gates.enough(
        "too_few_to_judge",
        len(trial.rows),
        FEWEST_JUDGED,
        "customers",
        f"Lists are tried on {len(trial.rows):,} customers who bought before, and of late"
        " something new to them.",
        f"Not judged: fewer than {FEWEST_JUDGED} customers bought before, and of late something"
        " new to them.",
    )
    if len(trial.rows) < FEWEST_JUDGED:
        return {}, [judged]
    model = trials.learn(trial.shop, trial.learned_from)
    share, ours = trials.best_appeal_share(trial, model)
    plain = trials.figures(trial, trials.popular(trial))
    low, high = interval(ours.ndcg - plain.ndcg)
    found = {
        "split": trial.split.date().isoformat(),
        "judged": len(ours.ndcg),
        "appeal_share": share,
        "ndcg_at_10": round(float(ours.ndcg.mean()), 4),
        "popular_ndcg_at_10": round(float(plain.ndcg.mean()), 4),
        "difference_low": round(low, 4),
        "difference_high": round(high, 4),
    }
    return found, [judged, gates.score_against_popular(found)]
