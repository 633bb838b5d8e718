"""What a run of segments changes, or would change: who leaves, where to, and the sizes after."""

from collections import defaultdict
from dataclasses import dataclass

from customers.models import Customer, Segment
from customers.queries import pages
from customers.queries.moves import proposed_moves
from customers.words import CAUSES, why
from runs.models import Run
from runs.queries import published_run

FLOWS_SHOWN = 12
PEOPLE_SHOWN = 5  # of each flow


@dataclass(frozen=True)
class Person:
    """Somebody who would move, and why, with what changed."""

    customer: Customer
    because: str
    change: str


@dataclass(frozen=True)
class Flow:
    """Customers who go from one segment to another: how many, which share of the first, why.

    While a run waits for a decision, some of them by name.
    """

    left: str | None
    entered: str | None
    customers: int
    share: float | None
    because: str
    people: list[Person]


@dataclass(frozen=True)
class Size:
    """A segment before and after: its customers, how many leave and how many come."""

    segment: str
    before: int
    after: int
    left: int
    came: int

    @property
    def share_left(self) -> float | None:
        """Which share of it leaves."""
        return self.left / self.before if self.before else None


def moves_of_run(run: Run) -> dict:
    """Return what the page of a run tells of moves; nothing for other kinds or without moves."""
    flows = run.metrics.get("moves") if run.kind == "segments" else None
    if not flows:
        return {}
    is_done = run.published_at is not None
    before = run.previous if is_done else published_run("segments")
    sizes = {profile.segment.key: profile.customers for profile in pages.profiles_of(before)}
    after = {found["key"]: found for found in run.metrics.get("segments", [])}
    known = pages.segments_by_key({*sizes, *after})
    named = {key: _called(known.get(key), after.get(key), is_done) for key in {*known, *after}}
    left, came = defaultdict(int), defaultdict(int)
    for flow in flows:
        left[flow["from"]] += flow["customers"]
        came[flow["to"]] += flow["customers"]
    changed = [
        Size(
            named[key],
            sizes.get(key, 0),
            after.get(key, {}).get("customers", 0),
            left[key],
            came[key],
        )
        for key in sorted({*sizes, *after}, key=lambda key: -sizes.get(key, 0))
    ]
    people = {} if is_done else _people(run)
    ways = _flows(flows, named, sizes, people)
    return {
        "is_done": is_done,
        "is_first": before is None,
        "has_people": bool(people),
        "people_shown": PEOPLE_SHOWN,
        "moved": sum(flow["customers"] for flow in flows),
        "of": run.metrics.get("customers"),
        "most_left": max(changed, key=lambda size: size.share_left or 0, default=None),
        "sizes": changed,
        "flows": ways[:FLOWS_SHOWN],
        "more": max(len(ways) - FLOWS_SHOWN, 0),
        "run": run,
    }


def _called(segment: Segment | None, found: dict | None, is_done: bool) -> str:
    """Name a segment as it is called now, and what a run that waits would make of it."""
    if not segment:
        return found["name"] if is_done else f"{found['name']} (new)"
    renamed = found and not segment.staff_name and found["name"] != segment.name
    return f"{segment} (then {found['name']})" if renamed and not is_done else str(segment)


def _people(run: Run) -> dict[tuple[str | None, str | None], list[Person]]:
    """Return some of those who would move, by from where and to where."""
    currency, people = pages.shop_currency(), defaultdict(list)
    for move, entered in proposed_moves(run, PEOPLE_SHOWN):
        told = why(move.cause, move.feature, move.was, move.now, currency)
        left = move.from_segment and move.from_segment.key
        people[left, entered].append(Person(move.customer, *told))
    return people


def _flows(flows: list[dict], named: dict, sizes: dict[str, int], people: dict) -> list[Flow]:
    """Join flows between the same two segments, whatever their causes; most customers first."""
    ways = defaultdict(list)
    for flow in flows:
        ways[flow["from"], flow["to"]].append(flow)
    joined = []
    for (left, entered), alike in ways.items():
        customers = sum(flow["customers"] for flow in alike)
        alike.sort(key=lambda flow: -flow["customers"])
        because = ", ".join(CAUSES.get(flow["cause"], flow["cause"]) for flow in alike)
        share = customers / sizes[left] if sizes.get(left) else None
        some = people.get((left, entered), [])
        joined.append(Flow(named.get(left), named.get(entered), customers, share, because, some))
    return sorted(joined, key=lambda flow: -flow.customers)
