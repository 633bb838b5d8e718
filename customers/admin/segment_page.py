"""What the page of a segment tells: who came and went, where its customers lie, what they buy."""

from dataclasses import dataclass, replace

from django.http import QueryDict
from django.utils.text import Truncator

from customers.models import Customer, Segment
from customers.queries import moves as queries
from customers.queries import pages
from customers.queries.clock import data_clock
from customers.services.kept import kept
from customers.words import CAUSES, way, why
from runs.cells import number, share
from runs.models import Run

RUNS_SHOWN = 12
REASONS_SHOWN = 8
POINTS_SHOWN = 800
LETTERS = 32  # of a name on the map
LETTER, LETTER_ON_PHONE = 1.1, 2.4  # of the map's width, of 100
HALF = 60  # of the chart's height
EDGE = 4


@dataclass(frozen=True)
class Step:
    """A run: how many came and went, how many were members after it, the commonest cause."""

    run: Run
    came: int
    went: int
    members: int | None
    cause: str
    x: float = 0
    width: float = 0
    up: float = 0
    down: float = 0

    @property
    def top(self) -> float:
        """Where the upper bar begins."""
        return HALF - self.up


@dataclass(frozen=True)
class Way:
    """Customers who moved alike: their number, where from or to, why, and where they are listed."""

    customers: int
    came: bool
    other: Segment | None
    because: str
    change: str
    url: str


def steps_of(segment: Segment) -> list[Step]:
    """Return the latest runs, the newest first, with who came and went."""
    runs = queries.runs_published(RUNS_SHOWN)
    members = queries.members_by_run(segment, runs)
    counts = list(queries.counts_by_run(segment, runs))
    steps = []
    for run in runs:
        own = [row for row in counts if row["run"] == run.pk]
        leading = max(own, key=lambda row: row["came"] + row["went"], default=None)
        came, went = (sum(row[way] for row in own) for way in ("came", "went"))
        cause = CAUSES.get(leading["cause"], "") if leading else ""
        steps.append(Step(run, came, went, members.get(run.pk), cause))
    return _drawn(steps)


def flow_of(steps: list[Step]) -> str:
    """Say in a sentence how the segment's size went."""
    sizes = [step.members for step in steps if step.members is not None]
    if len(sizes) < 2:
        return _found_once(steps) if sizes else "Not found by the last runs"
    now, then, runs = sizes[0], sizes[-1], len(sizes) - 1
    over = f"over {runs} run{'s' if runs > 1 else ''}"
    if now == then:
        return f"As many customers as before, {over}"
    change = share(abs(now / then - 1)) if then else number(now)
    return f"{'Grew' if now > then else 'Shrank'} by {change} {over}"


def _found_once(steps: list[Step]) -> str:
    """Say which run alone found a segment."""
    if len(steps) == 1:
        return "Found by the first run"
    last = steps[0].members is not None
    return "Found by the last run alone" if last else "Found by one of the last runs alone"


def ways_of(segment: Segment, run: Run, currency: str) -> list[Way]:
    """Return why customers came and went in a run, the commonest first."""
    ways = []
    for reason in queries.reasons_for_moves(run, segment):
        came = reason.to_segment == segment
        because, change = why(reason.cause, reason.feature, reason.was, reason.now, currency)
        other = reason.from_segment if came else reason.to_segment
        ways.append(Way(reason.customers, came, other, because, change, _listed(run, reason)))
    return ways[:REASONS_SHOWN]


def map_of(segment: Segment, run: Run) -> dict:
    """Return the map of customers with this segment in front; nothing where there is none."""
    from customers.services.segments.picture import draw_segments  # slow to import

    picture = kept(f"segments-{run.pk}", draw_segments)
    if picture is None or segment.pk not in picture.middles:
        return {}
    segments = Segment.objects.in_bulk({*picture.middles, *picture.bordering[segment.pk]})
    every = max(len(picture.points) // POINTS_SHOWN, 1)
    points = [
        {"x": x, "y": round(100 - y, 1), "own": pk == segment.pk}
        for x, y, pk in picture.points[::every]
    ]
    return {
        "points": sorted(points, key=lambda point: point["own"]),
        "middles": [
            {
                "segment": segments[pk],
                "x": x,
                "y": y,
                **_name_on_map(x, str(segments[pk])),
                "name_y": round(100 - picture.name_heights[pk], 1),
                "own": pk == segment.pk,
                "near": picture.bordering[segment.pk].get(pk),
            }
            for pk, (x, y) in picture.middles.items()
        ],
        "looked_at": len(picture.points),
        "axes": [", ".join(way(name, sign > 0) for name, sign in axis) for axis in picture.axes],
        "finding": _bordering(segment, picture.bordering[segment.pk], segments),
        "typical": _customers(picture.typical[segment.pk]),
    }


def bought_by(segment: Segment, run: Run) -> dict:
    """Return what a segment buys; nothing where there is nobody in it, or no order."""
    from customers.services.segments.picture import find_bought  # slow to import

    as_of = data_clock()
    if as_of is None:
        return {}
    found = kept(f"bought-{run.pk}-{segment.pk}-{as_of:%Y%m%d}", lambda: find_bought(segment, run))
    if found is None:
        return {}
    lists = [
        ("Bought by most", found.best),
        ("More than elsewhere", found.typical),
        ("Rising", found.rising),
    ]
    products = pages.products_by_id({each.product_id for _, rows in lists for each in rows})
    return {
        "bought": found,
        "lists": [
            (
                title,
                [(products[each.product_id], each) for each in rows if each.product_id in products],
            )
            for title, rows in lists
        ],
    }


def _drawn(steps: list[Step]) -> list[Step]:
    """Give each step its place in the chart, the oldest at the left."""
    # The first run brings everybody; it would flatten all that follow.
    shown = [max(step.came, step.went) for step in steps if step.cause != CAUSES["first_order"]]
    most, room = max([*shown, 1]), 100 / max(len(steps), 6)
    return [
        replace(
            step,
            x=round(room * (len(steps) - 1 - number), 2),
            width=round(0.7 * room, 2),
            up=round((HALF - EDGE) * min(step.came / most, 1), 1),
            down=round((HALF - EDGE) * min(step.went / most, 1), 1),
        )
        for number, step in enumerate(steps)
    ]


def _listed(run: Run, reason: queries.Reason) -> str:
    """Return the address of the list of these moves."""
    query = QueryDict(mutable=True)
    query["run"] = run.pk
    for side, segment in (("from", reason.from_segment), ("to", reason.to_segment)):
        query[side] = segment.key if segment else "none"
    query["cause"] = reason.cause
    if reason.feature:
        query["feature"] = reason.feature
    return query.urlencode()


def _name_on_map(x: float, name: str) -> dict[str, object]:
    """Say how a name is written and where: amid its segment, and on the sheet of a phone too."""
    name = Truncator(name).chars(LETTERS)
    half, half_on_phone = (len(name) * width / 2 for width in (LETTER, LETTER_ON_PHONE))
    anchor = "middle"
    if x < half_on_phone:
        anchor, x = "start", max(x - half, 0)
    elif x > 100 - half_on_phone:
        anchor, x = "end", min(x + half, 100)
    return {"name": name, "anchor": anchor, "name_x": round(x, 1)}


def _bordering(segment: Segment, near: dict[int, float], segments: dict[int, Segment]) -> str:
    whole = sum(near.values())
    if whole < 0.05:
        return f"{segment} stand apart: only {share(whole)} of them are nearly in another segment."
    other, part = next(iter(near.items()))
    return f"{share(part)} of {segment} might as well be {segments[other]}."


def _customers(ids: list[int]) -> list[Customer]:
    found = pages.customers_with_segment().filter(erased_at=None).in_bulk(ids)
    return [found[pk] for pk in ids if pk in found]
