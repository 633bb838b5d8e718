"""Refresh segments: find, gate, propose, keep aside; the run's kind for publish and roll-back."""

from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
from django.utils import timezone
from threadpoolctl import threadpool_limits

from customers.queries import segments as queries
from customers.queries.clock import data_clock
from customers.segmentation.gates import Measured, judge
from customers.services.segments import storing
from customers.services.segments.finding import (
    SEED,
    Found,
    NoSegments,
    Request,
    find_clusters,
    find_groups,
)
from customers.services.segments.moving import CAUSES, STAYS, Moves, propose_moves
from customers.services.segments.published import KMEANS, Published, load_published
from runs import services as runs
from runs.gates import HOLD, REFUSE, Gate, failed, verdict
from runs.kinds import Kind, Verdict
from runs.models import Run
from runs.queries import note_progress

LONG_AGO = timedelta(days=28)
MOVERS_NAMED = 100  # in a dry run


@dataclass(frozen=True)
class Outcome:
    """What a refresh came to, before anything is stored."""

    decision: str
    reasons: list[dict]
    metrics: dict
    found: Found | None = None
    moves: Moves | None = None


@dataclass(frozen=True)
class Attempt:
    """What the gates say of segments, and these, if any were found."""

    gates: list[Gate]
    found: Found | None = None
    moves: Moves | None = None

    @property
    def is_refused(self) -> bool:
        """Say whether a gate refuses."""
        return verdict(self.gates) == REFUSE


def refresh_segments(
    *,
    as_of: date | None = None,
    k: int | None = None,
    refit: bool = False,
    seed: int = SEED,
    dry_run: bool = False,
    requested_by: str = "",
) -> Run:
    """Refresh segments here and now; with `dry_run` nothing is written and the run has no id."""
    if dry_run:
        return _dry_run(data_clock(as_of), k=k, refit=refit, seed=seed)
    run = request_refresh(as_of=as_of, k=k, refit=refit, seed=seed, requested_by=requested_by)
    return runs.work_on(run, to_the_end=True)


def request_refresh(
    *,
    as_of: date | None = None,
    k: int | None = None,
    refit: bool = False,
    seed: int = SEED,
    requested_by: str = "",
) -> Run:
    """Record a refresh, for a worker to do."""
    asked = {"k": k, "refit": refit or None, "seed": None if seed == SEED else seed}
    return runs.request_run(
        "segments",
        as_of=data_clock(as_of) if as_of else None,
        requested_by=requested_by,
        **{name: value for name, value in asked.items() if value is not None},
    )


def prepare(run: Run) -> int:
    """Settle the clock and clear what an earlier attempt left; `finish` does all the work."""
    run.as_of = run.as_of or data_clock()
    storing.clear(run)
    return 0


def finish(run: Run) -> Verdict:
    """Find today's segments, judge them, keep them aside."""
    published = load_published()
    asked = {
        name: run.parameters[name] for name in ("k", "refit", "seed") if name in run.parameters
    }
    note_progress(run, "finding segments", 0.1)
    outcome = assess(run.as_of, published, **asked)
    if outcome.decision != "refuse":
        note_progress(run, "keeping them aside", 0.7)
        storing.clear(run)
        storing.keep_aside(run, outcome.found, outcome.moves, published)
    return Verdict(outcome.decision, outcome.metrics, outcome.reasons)


KIND = Kind(
    name="segments",
    prepare=prepare,
    finish=finish,
    publish=storing.publish,
    take_back=storing.take_back,
    forget=storing.forget,
)


def assess(as_of: datetime | None, published: Published, **asked) -> Outcome:
    """Find segments as of an instant and decide about them."""
    if as_of is None:
        return _nothing("no_orders", "No order has been imported yet.")
    request = Request(as_of, **asked)
    totals, categories = queries.population(as_of)
    if not len(totals):
        return _nothing("no_orders", "No customer has a paid order in the last two years.")
    with threadpool_limits(1):
        attempt = _attempt(request, published, totals, categories)
        if not attempt.is_refused:
            return _outcome(attempt, published)
        if published.method == KMEANS:
            return _go_on(request, attempt, published, totals, categories)
        groups = find_groups(request, published, totals, categories)
        return _outcome(Attempt(attempt.gates, groups, propose_moves(groups, published)), published)


def _attempt(
    request: Request, published: Published, totals: pd.DataFrame, categories: pd.DataFrame
) -> Attempt:
    """Find segments, and judge them."""
    try:
        found = find_clusters(request, published, totals, categories)
    except NoSegments as refused:
        return Attempt(refused.gates)
    moves = propose_moves(found, published)
    return Attempt(judge(_measured(request, found, moves, published)), found, moves)


def _go_on(
    request: Request,
    refused: Attempt,
    published: Published,
    totals: pd.DataFrame,
    categories: pd.DataFrame,
) -> Outcome:
    """Assign by the present model where a new one that nobody asked for is refused."""
    if not (request.k or request.refit):
        attempt = _attempt(replace(request, frozen=True), published, totals, categories)
        if not attempt.is_refused:
            outcome = _outcome(attempt, published)
            why = " ".join(gate.text for gate in refused.gates if gate.level == REFUSE)
            text = f"A new model was due and was refused, so the present one goes on. {why}"
            return replace(
                outcome, reasons=[{"code": "new_model_refused", "text": text}, *outcome.reasons]
            )
    return _refused(refused.gates, len(totals))


def _measured(request: Request, found: Found, moves: Moves, published: Published) -> Measured:
    customers = len(found.labels)
    sizes = np.bincount(found.labels, minlength=len(found.segments))
    evidence = found.evidence
    moved, by_model = _share_moved(request, found, moves, published)
    return Measured(
        customers=customers,
        k=len(found.segments),
        history=found.features.history_days,
        smallest=float(sizes.min() / customers),
        largest=float(sizes.max() / customers),
        stability=evidence["stability"],
        silhouette=evidence["silhouette"],
        dominance=evidence["dominance"],
        structure=evidence["structure"],
        foresight=(evidence["foresight"] or {}).get("segments"),
        against_rfm=evidence["against_rfm"],
        moved=moved,
        moved_by_model=by_model,
        composed_names=found.composed,
        distinct_names=len({segment["name"].casefold() for segment in found.segments}),
        pinned=bool(request.k),
    )


def _share_moved(
    request: Request, found: Found, moves: Moves, published: Published
) -> tuple[float | None, float | None]:
    """Shares of those in both runs who move, and who move by the model alone.

    Another method is another answer by design. After more than four weeks many moves are no
    surprise, so only those the model alone causes are held against it.
    """
    if published.method != found.method:
        return None, None
    both = max(int(np.isin(published.customer_ids, found.features.customer_ids).sum()), 1)
    by_model = float(moves.between_for("model").sum() / both)
    long_ago = request.as_of - published.run.as_of > LONG_AGO
    return by_model if long_ago else float(moves.between.sum() / both), by_model


def _outcome(attempt: Attempt, published: Published) -> Outcome:
    """Publish or hold what was found; where the grid stands in, the gates that refused say why."""
    gates, found, moves = attempt.gates, attempt.found, attempt.moves
    reasons = [_reason(gate) for gate in failed(gates)]
    if found.learned:
        reasons += [asdict(trigger) for trigger in found.triggers]
        reasons.append({"code": found.learned.choice.code, "text": found.learned.choice.text})
    metrics = _metrics(found, moves, gates, published)
    decision = "hold" if verdict(gates) == HOLD else "publish"
    return Outcome(decision, reasons, metrics, found, moves)


def _metrics(found: Found, moves: Moves, gates: list[Gate], published: Published) -> dict:
    shown = ("key", "name", "customers", "share", "revenue_share")
    learned = found.learned
    return {
        "method": found.method,
        "customers": len(found.labels),
        "k": len(found.segments),
        "segments": [{name: segment[name] for name in shown} for segment in found.segments],
        "moved": moves.moved,
        "moves": _flows(found, moves, published),
        "borderline": float(found.borderline.mean()),
        "refitted": found.refitted,
        "gates": [asdict(gate) for gate in gates],
        **found.evidence,
        "choice": asdict(learned.choice) if learned else None,
        "features_left_out": learned.transform.left_out if learned else {},
        "start": learned.start if learned else None,
    }


def _flows(found: Found, moves: Moves, published: Published) -> list[dict]:
    """Count who goes where, and why; most first."""
    moved = moves.cause != STAYS
    ways = np.column_stack([moves.left, moves.entered, moves.cause])[moved]
    kinds, counts = np.unique(ways, axis=0, return_counts=True)
    flows = [
        {
            "from": published.segments[left]["key"] if left >= 0 else None,
            "to": found.segments[entered]["key"] if entered >= 0 else None,
            "cause": CAUSES[cause],
            "customers": int(count),
        }
        for (left, entered, cause), count in zip(kinds.tolist(), counts, strict=True)
    ]
    return sorted(flows, key=lambda flow: -flow["customers"])


def _refused(gates: list[Gate], customers: int) -> Outcome:
    reasons = [_reason(gate) for gate in gates if gate.level == REFUSE]
    metrics = _empty_metrics() | {
        "method": KMEANS,
        "customers": customers,
        "gates": [asdict(gate) for gate in gates],
    }
    return Outcome("refuse", reasons, metrics)


def _nothing(code: str, text: str) -> Outcome:
    return Outcome("refuse", [{"code": code, "text": text}], _empty_metrics())


def _empty_metrics() -> dict:
    return {"method": None, "customers": 0, "k": None, "segments": [], "moved": 0, "gates": []}


def _reason(gate: Gate) -> dict:
    return {"code": gate.code, "text": gate.text}


def _dry_run(as_of: datetime | None, **asked) -> Run:
    """Decide, and return a run that was never saved; its metrics name some who would move."""
    began, published = timezone.now(), load_published()
    outcome = assess(as_of, published, **asked)
    status = {"publish": "published", "hold": "held", "refuse": "refused"}[outcome.decision]
    return Run(
        kind="segments",
        status=status,
        as_of=as_of,
        metrics=outcome.metrics | {"movers": _movers(outcome, published)},
        reasons=outcome.reasons,
        started_at=began,
        finished_at=timezone.now(),
    )


def _movers(outcome: Outcome, published: Published) -> list[dict]:
    """Name the first customers who would move between two segments."""
    if not outcome.moves:
        return []
    moves, found = outcome.moves, outcome.found
    rows = np.flatnonzero(moves.between)[:MOVERS_NAMED]
    names = queries.external_ids(moves.customer_ids[rows])
    return [
        {
            "customer": names[int(moves.customer_ids[row])],
            "from": published.segments[moves.left[row]]["key"],
            "to": found.segments[moves.entered[row]]["key"],
            "cause": CAUSES[moves.cause[row]],
        }
        for row in rows
    ]
