"""What readers see of segments, told shortly."""

from customers.models import CustomerScore, Membership, Move, Segment
from runs.models import Run


def causes(run: Run) -> set[str]:
    return set(Move.objects.filter(run=run).values_list("cause", flat=True))


def codes(run: Run) -> list[str]:
    return [reason["code"] for reason in run.reasons]


def places() -> dict[int, str]:
    stays = Membership.objects.filter(to_run=None)
    return dict(stays.values_list("customer_id", "segment__key"))


def everything() -> dict:
    """All that a reader can see of segments."""
    return {
        "stays": list(
            Membership.objects.filter(to_run=None)
            .order_by("customer_id")
            .values_list("customer_id", "segment_id", "since", "borderline")
        ),
        "scores": list(
            CustomerScore.objects.filter(to_run=None)
            .order_by("customer_id")
            .values_list("customer_id", "rfm_code", "rfm_name", "value_tier")
        ),
        "segments": list(
            Segment.objects.filter(retired_run=None)
            .order_by("id")
            .values_list("key", "name", "description", "colour", "mark")
        ),
    }
