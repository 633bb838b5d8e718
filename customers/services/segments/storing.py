"""Keep a run's segments aside, let readers see them, take them back, forget them."""

from collections.abc import Iterator
from functools import partial

import numpy as np
from django.db import transaction

from customers import rfm
from customers.features import NAMES
from customers.models import (
    ProposedMove,
    ProposedScore,
    Segment,
    SegmentModel,
    SegmentProfile,
)
from customers.queries import ledger, pages
from customers.queries import segments as queries
from customers.services.segments.finding import Found
from customers.services.segments.moving import CAUSES, STAYS, Moves
from customers.services.segments.published import Published, look_up
from customers.signals import segments_changed
from customers.value import TIERS
from runs.blocks import write_blocks
from runs.models import Run
from runs.services import RunError

MOVE_COLUMNS = (
    "run_id",
    "customer_id",
    "from_segment_id",
    "to_place",
    "borderline",
    "cause",
    "feature",
    "was",
    "now",
)
SCORE_COLUMNS = ("run_id", "customer_id", "rfm_code", "rfm_name", "value_tier")


def keep_aside(run: Run, found: Found, moves: Moves, published: Published) -> None:
    """Store the model, who would move, and whose scores would change; nobody sees it yet."""
    fitted = run if found.refitted or not published.run else _fitted_run(published.run)
    SegmentModel.objects.create(
        run=run,
        method=found.method,
        k=len(found.segments),
        fitted_run=fitted,
        parameters={
            "based_on": published.run and published.run.pk,
            "learned": found.learned and found.learned.to_json(),
            "yardsticks": found.yardsticks.to_json(),
            "evidence": found.evidence,
            "segments": found.segments,
        },
    )
    scores = queries.open_scores()
    write_blocks(ProposedMove._meta.db_table, MOVE_COLUMNS, _move_blocks(run, moves, published))
    write_blocks(ProposedScore._meta.db_table, SCORE_COLUMNS, _score_blocks(run, found, scores))


def publish(run: Run, before: Run | None) -> None:
    """Let the proposed moves happen."""
    model = SegmentModel.objects.get(run=run)
    if model.parameters["based_on"] != (before and before.pk):
        raise RunError(f"Run {run.pk} was made for another published run; refresh again.")
    segments = _settle_segments(run, model)
    ledger.leave_opted_out(run)
    ledger.drop_proposals_overtaken(run)
    ledger.move_members(run, [segment.pk for segment in segments])
    ledger.replace_scores(run)
    _write_profiles(run, model, segments)
    transaction.on_commit(partial(segments_changed.send, "customers"))


def take_back(target: Run, current: Run) -> None:
    """Undo the current run's moves, so that the target's answers are given again."""
    ledger.move_back(current)
    ledger.leave_opted_out(current)
    model = SegmentModel.objects.get(run=target)
    for stored in model.parameters["segments"]:
        _restate(Segment.objects.get(pk=stored["id"]), stored)
    alive = [stored["id"] for stored in model.parameters["segments"]]
    Segment.objects.filter(retired_run=None).exclude(pk__in=alive).update(retired_run=current)
    transaction.on_commit(partial(segments_changed.send, "customers"))


def forget(run: Run) -> None:
    """Drop what was kept aside, and the model; profiles and moves stay as history."""
    clear(run)


def clear(run: Run) -> None:
    """Drop what an earlier attempt kept aside."""
    for kept in (SegmentModel, ProposedMove, ProposedScore):
        kept.objects.filter(run=run).delete()


def _fitted_run(run: Run) -> Run:
    return SegmentModel.objects.select_related("fitted_run").get(run=run).fitted_run


def _settle_segments(run: Run, model: SegmentModel) -> list[Segment]:
    """Make new segments, restate those that go on, retire the others."""
    stored = model.parameters["segments"]
    known = Segment.objects.in_bulk([each["id"] for each in stored if each["id"]])
    segments = []
    for each in stored:
        segment = known.get(each["id"]) or pages.segments_by_key([each["key"]]).get(each["key"])
        segment = segment or Segment(
            key=each["key"], colour=each["colour"], mark=each["mark"], created_run=run
        )
        segments.append(_restate(segment, each))
        each["id"] = segment.pk
    model.save(update_fields=["parameters"])
    alive = [segment.pk for segment in segments]
    Segment.objects.filter(retired_run=None).exclude(pk__in=alive).update(retired_run=run)
    return segments


def _restate(segment: Segment, stored: dict) -> Segment:
    segment.name = stored["name"]
    segment.description = stored["description"]
    segment.campaign = stored["campaign"]
    segment.retired_run = None
    segment.save()
    return segment


def _write_profiles(run: Run, model: SegmentModel, segments: list[Segment]) -> None:
    stored = model.parameters["segments"]
    spent = [each["features"]["median"]["total_spent"] for each in stored]
    position = np.argsort(np.argsort(-np.array(spent), kind="stable"))
    SegmentProfile.objects.bulk_create(
        SegmentProfile(
            run=run,
            segment=segment,
            position=int(position[place]),
            **{
                name: each[name]
                for name in (
                    "name",
                    "description",
                    "campaign",
                    "customers",
                    "share",
                    "revenue_share",
                    "features",
                )
            },
        )
        for place, (segment, each) in enumerate(zip(segments, stored, strict=True))
    )


def _move_blocks(run: Run, moves: Moves, published: Published) -> Iterator[dict]:
    """Rows alike in what is text and what is missing, so that each block has one shape."""
    segment_ids = np.array([segment["id"] for segment in published.segments] + [0])
    told = np.isfinite(moves.was)
    shape = np.column_stack(
        [moves.cause, moves.feature, moves.left < 0, moves.entered < 0, told]
    ).astype(int)
    for alike in _groups(shape):
        first = alike[0]
        yield {
            "run_id": np.full(len(alike), run.pk, dtype=np.int64),
            "customer_id": moves.customer_ids[alike].astype(np.int32),
            "from_segment_id": None if moves.left[first] < 0 else segment_ids[moves.left[alike]],
            "to_place": None if moves.entered[first] < 0 else moves.entered[alike].astype(np.int16),
            "borderline": moves.borderline[alike],
            "cause": "" if moves.cause[first] == STAYS else CAUSES[moves.cause[first]],
            "feature": "" if moves.feature[first] < 0 else NAMES[moves.feature[first]],
            "was": moves.was[alike] if told[first] else None,
            "now": moves.now[alike] if told[first] else None,
        }


def _score_blocks(run: Run, found: Found, present: dict[str, np.ndarray]) -> Iterator[dict]:
    """Scores that differ from the present ones, a block for each code and tier."""
    ids, packed = found.features.customer_ids, found.scores.packed
    changed = packed != look_up(ids, present["customer_id"], present["packed"], missing=-1)
    ids, packed = ids[changed], packed[changed]
    for alike in _groups(packed[:, None]):
        code, tier = divmod(int(packed[alike[0]]), 10)
        yield {
            "run_id": np.full(len(alike), run.pk, dtype=np.int64),
            "customer_id": ids[alike].astype(np.int32),
            "rfm_code": str(code),
            "rfm_name": rfm.name_of(*map(int, str(code))),
            "value_tier": TIERS[tier],
        }


def _groups(shape: np.ndarray) -> Iterator[np.ndarray]:
    """Yield the row numbers of rows that are equal."""
    if len(shape):
        _, number = np.unique(shape, axis=0, return_inverse=True)
        order = np.argsort(number, kind="stable")
        yield from np.split(order, np.flatnonzero(np.diff(number[order])) + 1)
