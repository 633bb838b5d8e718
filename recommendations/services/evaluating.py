"""Ways to recommend, compared: what was bought before a day -> lists; what was bought after it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from importlib.util import find_spec

import numpy as np

from customers.queries.clock import data_clock
from recommendations.baselines import als, bm25, ease
from recommendations.evaluation import Figures, head, interval
from recommendations.personal.scoring import APPEAL_SHARE
from recommendations.personal.weights import most_bought
from recommendations.services import trials
from recommendations.services.trials import Score, Trial
from runs.services import RunError

PERSONAL, POPULAR = "personal", "popular"
# Products that BM25 compares with each other, of those most bought.
MOST_COMPARED = 20_000


def evaluate_recommendations(split: date | None = None) -> dict:
    """Judge the personal lists and plain ways by what customers bought after a day.

    `split` is the last day that is learned from; without it the last quarter of the history is
    held back, three months at most.
    """
    until = data_clock()
    if until is None:
        raise RunError("There are no orders to judge by: import orders first.")
    at = data_clock(split) if split else trials.usual_split(until)
    if not at or at >= until:
        raise RunError(f"There are no orders after {split}: choose an earlier day.")
    trial = trials.set_up(at, until)
    if not len(trial.rows):
        raise RunError(
            f"Nobody who bought {trials.FEWEST_BEFORE} products up to {at.date()} bought another"
            " one after it: choose another day."
        )
    is_head = head(trial.history.buyers)
    found = {
        name: (trials.figures(trial, score), trials.figures(trial, score, is_head))
        for name, score in _strategies(trial)
    }
    return {
        "split": at.date().isoformat(),
        "customers": len(found[PERSONAL][0].ndcg),
        "strategies": [
            _row(trial, name, figures, tail, found[POPULAR][0])
            for name, (figures, tail) in found.items()
        ],
    }


def _strategies(trial: Trial) -> Iterator[tuple[str, Score]]:
    """Yield ways to score all products, the one that is served first."""
    model = trials.learn(trial.shop, trial.learned_from, _appeal_share(trial))
    yield PERSONAL, trials.served(trial, model)
    alone = replace(model, weights=None, shelf=replace(model.shelf, base=np.empty(0)))
    yield "categories", trials.served(trial, alone)
    yield POPULAR, trials.popular(trial)
    known, rows = trial.learned_from, trial.history.bought[trial.rows]
    compared = most_bought(trial.history.buyers, trial.shop.is_shown, MOST_COMPARED)
    some = [matrix[:, compared] for matrix in (known.bought, known.affinity, rows)]
    yield "bm25", trials.scored(trial, compared, bm25(*some))
    if len(model.targets):
        yield "ease", trials.scored(trial, model.targets, ease(known.bought, model.targets, rows))
    if find_spec("implicit"):
        asked = trial.history.affinity[trial.rows][:, compared]
        yield "als", trials.scored(trial, compared, als(some[1], asked))


def _appeal_share(trial: Trial) -> float:
    """Choose what appeal weighs as a refresh on the day would: by the months before it."""
    earlier = trials.set_up(trials.usual_split(trial.split), trial.split)
    if len(earlier.rows) < trials.FEWEST_JUDGED:
        return APPEAL_SHARE
    share, _ = trials.best_appeal_share(earlier, trials.learn(earlier.shop, earlier.learned_from))
    return share


def _row(trial: Trial, name: str, figures: Figures, tail: Figures, plain: Figures) -> dict:
    low, high = interval(figures.ndcg)
    more_low, more_high = interval(figures.ndcg - plain.ndcg)
    return {
        "name": name,
        "ndcg_at_10": _mean(figures.ndcg),
        "ndcg_at_10_low": round(low, 4),
        "ndcg_at_10_high": round(high, 4),
        "hit_rate_at_10": _mean(figures.hit_rate),
        "recall_at_20": _mean(figures.recall),
        "tail_ndcg_at_10": _mean(tail.ndcg),
        "coverage": round(figures.shown / max(int(trial.shop.is_shown.sum()), 1), 4),
        "over_popular_low": round(more_low, 4),
        "over_popular_high": round(more_high, 4),
    }


def _mean(values: np.ndarray) -> float | None:
    return round(float(values.mean()), 4) if len(values) else None
