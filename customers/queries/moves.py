"""SQL of moves as staff look at them: run by run, and why."""

from collections import defaultdict
from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from customers.models import (
    Customer,
    Move,
    ProposedMove,
    Segment,
    SegmentModel,
    SegmentProfile,
)
from runs.models import Run


@dataclass(frozen=True)
class Reason:
    """How many customers moved alike in a run: from where, to where, why; values are medians."""

    customers: int
    from_segment: Segment | None
    to_segment: Segment | None
    cause: str
    feature: str
    was: float | None
    now: float | None


def moves_listed() -> QuerySet[Move]:
    """Moves with what a list tells of them."""
    return Move.objects.select_related("customer", "from_segment", "to_segment", "run")


def moves_of(customer: Customer) -> QuerySet[Move]:
    """Every move of a customer, latest first."""
    return moves_listed().filter(customer=customer).order_by("-id")


def proposed_moves(run: Run, each: int) -> list[tuple[ProposedMove, str | None]]:
    """Moves kept aside, a few of each way, with the key of the segment they lead to."""
    model = SegmentModel.objects.filter(run=run).first()
    if not model:
        return []
    way = Window(RowNumber(), partition_by=["from_segment", "to_place"], order_by="customer")
    moves = ProposedMove.objects.filter(run=run).exclude(cause="").annotate(place=way)
    shown = moves.filter(place__lte=each).select_related("customer", "from_segment")
    keys = [stored["key"] for stored in model.parameters["segments"]]
    return [(move, None if move.to_place is None else keys[move.to_place]) for move in shown]


def runs_published(most: int) -> list[Run]:
    """Return the latest runs of segments that were published and not taken back, newest first."""
    seen = Run.objects.filter(kind="segments", published_at__isnull=False)
    return list(seen.exclude(status=Run.Status.DISCARDED).order_by("-id")[:most])


def counts_by_run(segment: Segment, runs: list[Run]) -> QuerySet:
    """Count moves into and out of a segment by run and cause."""
    touching = Q(to_segment=segment) | Q(from_segment=segment)
    moves = Move.objects.filter(touching, run__in=runs).order_by()
    came = Count("pk", filter=Q(to_segment=segment))
    went = Count("pk", filter=Q(from_segment=segment))
    return moves.values("run", "cause").annotate(came=came, went=went)


def came_and_went(run: Run) -> dict[int, tuple[int, int]]:
    """How many customers came to each segment in a run, and how many went."""
    ways = Move.objects.filter(run=run).order_by().values_list("to_segment", "from_segment")
    counts = defaultdict(lambda: [0, 0])
    for *way, customers in ways.annotate(customers=Count("pk")):
        for side, segment in enumerate(way):
            counts[segment][side] += customers
    return {segment: tuple(sides) for segment, sides in counts.items()}


def members_by_run(segment: Segment, runs: list[Run]) -> dict[int, int]:
    """How many customers a segment had in each of these runs."""
    profiles = SegmentProfile.objects.filter(segment=segment, run__in=runs)
    return dict(profiles.values_list("run", "customers"))


def reasons_for_moves(run: Run, segment: Segment | None = None) -> list[Reason]:
    """Return why customers moved in a run, those alike together; most customers first."""
    only = "AND %(segment)s IN (from_segment_id, to_segment_id)" if segment else ""
    median = "percentile_cont(0.5) WITHIN GROUP (ORDER BY {})"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), from_segment_id, to_segment_id, cause, feature,"
            f" {median.format('was')}, {median.format('now')}"
            f" FROM customers_move WHERE run_id = %(run)s {only}"
            " GROUP BY from_segment_id, to_segment_id, cause, feature"
            " ORDER BY count(*) DESC, from_segment_id, to_segment_id, cause, feature",
            {"run": run.pk, "segment": segment and segment.pk},
        )
        rows = cursor.fetchall()
    segments = Segment.objects.in_bulk({pk for row in rows for pk in row[1:3] if pk})
    return [
        Reason(count, segments.get(left), segments.get(entered), *why)
        for count, left, entered, *why in rows
    ]
