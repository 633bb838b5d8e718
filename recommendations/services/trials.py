"""Trials: what was bought before a day -> histories; what was bought after it -> what lists hit."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from recommendations.evaluation import Figures, best, evenly, judge
from recommendations.personal.history import History, Purchases, build_history
from recommendations.personal.model import Model, fit, scores_for
from recommendations.personal.scoring import APPEAL_SHARE, APPEAL_SHARES
from recommendations.queries import personal as queries

# The part of the history that is held back, and the longest it may be.
SHARE_HELD_BACK, MOST_DAYS = 0.25, 91
# Customers who are judged by: with so many products before, so many of them at most.
FEWEST_BEFORE, MOST_JUDGED = 5, 2000
# From fewer customers nothing is concluded.
FEWEST_JUDGED = 50
# Beyond so many pairs a trial learns from some customers only; what is served, from all.
MOST_PAIRS = 3_000_000

Score = Callable[[int], np.ndarray]


@dataclass(frozen=True)
class Shop:
    """The catalogue by column: keys, what may be shown, and the codes of each field."""

    products: np.ndarray
    is_shown: np.ndarray
    codes: dict[str, np.ndarray]
    values: dict[str, dict[str, int]]


@dataclass(frozen=True)
class Trial:
    """Customers with what they had before a day, and what was new to them after it.

    What nobody had bought before, and what may not be shown, is nobody's to find.
    `rows` are rows of `history`, of customers with something to find; `learned_from` is that
    history, or a part of it.
    """

    split: datetime
    shop: Shop
    history: History
    learned_from: History
    rows: np.ndarray
    truths: list[np.ndarray]

    def owned(self, row: int) -> np.ndarray:
        """Return the columns of what a customer had."""
        return self.history.bought.indices[slice(*self.history.bought.indptr[row : row + 2])]


def read_shop() -> Shop:
    """Read the catalogue; values of fields get numbers, empty ones -1."""
    read = queries.catalogue()
    codes, values = {}, {}
    for name, column in read.values.items():
        known = {value: code for code, value in enumerate(sorted({*column} - {""}))}
        codes[name] = np.array([known.get(value, -1) for value in column], dtype=np.int64)
        values[name] = known
    return Shop(read.products, read.is_shown, codes, values)


def read_purchases(shop: Shop, as_of: datetime | None) -> tuple[Purchases, np.ndarray]:
    """Read who bought what, by row and column; return it with the keys of the customers."""
    pairs = queries.purchases(as_of)
    customers, rows = np.unique(pairs.customers, return_inverse=True)
    columns = columns_of(shop, pairs.products)
    return Purchases(rows, columns, pairs.decayed, pairs.first_age_days), customers


def columns_of(shop: Shop, products: np.ndarray) -> np.ndarray:
    """Return the columns of products by key."""
    order = np.argsort(shop.products)
    return order[np.searchsorted(shop.products, products, sorter=order)]


def usual_split(as_of: datetime) -> datetime | None:
    """Return when the last quarter of the history begins, at most three months back."""
    first = queries.first_order_at(as_of)
    return first and as_of - min((as_of - first) * SHARE_HELD_BACK, timedelta(days=MOST_DAYS))


def set_up(split: datetime, until: datetime) -> Trial:
    """Read both sides of a day, and choose customers to judge by."""
    shop = read_shop()
    purchases, customers = read_purchases(shop, split)
    history = build_history(purchases, len(customers), len(shop.products))
    after, bought = queries.bought_between(split, until)
    is_known = np.isin(after, customers)
    rows = np.searchsorted(customers, after[is_known])
    columns = columns_of(shop, bought[is_known])
    order = np.lexsort((columns, rows))
    rows, columns = rows[order], columns[order]
    asked = np.unique(rows)
    asked = asked[np.diff(history.bought.indptr)[asked] >= FEWEST_BEFORE]
    asked = asked[evenly(len(asked), MOST_JUDGED)]
    step = -(-len(purchases.products) // MOST_PAIRS)
    learned_from = _some_of(purchases, step, history) if step > 1 else history
    trial = Trial(split, shop, history, learned_from, asked, [])
    can_be_found = shop.is_shown & (history.buyers > 0)
    truths = {}
    for row in asked:
        new = columns[slice(*np.searchsorted(rows, [row, row + 1]))]
        truths[row] = np.setdiff1d(new[can_be_found[new]], trial.owned(row))
    truths = {row: truth for row, truth in truths.items() if len(truth)}
    return replace(trial, rows=np.array([*truths], dtype=int), truths=[*truths.values()])


def figures(trial: Trial, score: Score, is_hidden: np.ndarray | None = None) -> Figures:
    """Judge lists by scores of all products, of what the customer did not have.

    `score` gets a row of the history; of hidden products neither lists nor truths know.
    """
    if is_hidden is None:
        is_hidden = np.zeros(len(trial.shop.products), bool)
    lists = []
    for row in trial.rows:
        allowed = trial.shop.is_shown & ~is_hidden
        allowed[trial.owned(row)] = False
        lists.append(best(score(row), allowed))
    return judge(lists, [truth[~is_hidden[truth]] for truth in trial.truths])


def learn(shop: Shop, history: History, appeal_share: float = APPEAL_SHARE) -> Model:
    """Learn what to recommend in a shop."""
    return weigh_appeal(fit(history, shop.codes, shop.is_shown), appeal_share)


def weigh_appeal(model: Model, share: float) -> Model:
    """Return a model whose lists give appeal this share."""
    return replace(model, shelf=replace(model.shelf, appeal_share=share))


def best_appeal_share(trial: Trial, model: Model) -> tuple[float, Figures]:
    """Return the share of appeal whose lists hit most, and their figures.

    Without weights appeal stands alone, and its usual share is the only one.
    """
    judged = {
        share: figures(trial, served(trial, weigh_appeal(model, share)))
        for share in (APPEAL_SHARES if model.weights else (APPEAL_SHARE,))
    }
    best_share = max(judged, key=lambda share: (judged[share].ndcg.mean(), share))
    return best_share, judged[best_share]


def popular(trial: Trial) -> Score:
    """Score by buyers, the same for all."""
    buyers = trial.history.buyers.astype(float)
    return lambda row: buyers


def served(trial: Trial, model: Model) -> Score:
    """Score as the API does: products of the shelf, then what is popular."""
    beyond = trial.history.buyers - 1e9

    def score(row: int) -> np.ndarray:
        scores = beyond.copy()
        scores[model.targets] = scores_for(model, trial.history, row).total
        return scores

    return score


def scored(trial: Trial, columns: np.ndarray, scores: np.ndarray) -> Score:
    """Score by a matrix of the customers judged and some products, then by what is popular."""
    beyond, place = trial.history.buyers - 1e9, {row: at for at, row in enumerate(trial.rows)}

    def score(row: int) -> np.ndarray:
        whole = beyond.copy()
        whole[columns] = scores[place[row]]
        return whole

    return score


def _some_of(purchases: Purchases, step: int, history: History) -> History:
    """Return the history of every so many customers."""
    kept = purchases.customers % step == 0
    some = Purchases(
        purchases.customers[kept] // step,
        purchases.products[kept],
        purchases.decayed[kept],
        purchases.first_age_days[kept],
    )
    return build_history(some, -(-history.bought.shape[0] // step), history.bought.shape[1])
