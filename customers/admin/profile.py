"""A segment's profile as staff read it: typical values in words, beside the whole shop's."""

from collections.abc import Iterable
from dataclasses import dataclass

from customers.models import SegmentProfile
from customers.words import EXPLAINED, feature_value
from runs.cells import NOTHING, share


@dataclass(frozen=True)
class Row:
    """One feature: its name and meaning, the segment's and the shop's typical value, its place.

    A place is of 0 to 100.
    """

    label: str
    own: str
    shop: str
    place: float | None
    meaning: str


@dataclass(frozen=True)
class Reason:
    """What speaks for a customer's segment: a feature's value and place, its part of the whole.

    `below` is how many of a hundred customers have less.
    """

    label: str
    value: str
    part: str
    place: float | None
    meaning: str
    below: int | None


def profile_rows(own: SegmentProfile, currency: str) -> list[Row]:
    """Compare a segment's typical values with the shop's; runs of old did not keep the latter."""
    from customers.features import FEATURES  # slow to import, and only these pages need it

    typical, shop = own.features.get("median", {}), own.features.get("shop", {})
    return [
        Row(
            feature.label[:1].upper() + feature.label[1:],
            feature_value(feature.name, typical[feature.name], currency),
            feature_value(feature.name, shop.get(feature.name), currency),
            own.features.get("percentile", {}).get(feature.name),
            EXPLAINED[feature.name],
        )
        for feature in FEATURES
        if feature.name in typical
    ]


def reason_rows(reasons: Iterable, currency: str) -> list[Reason]:
    """Say what speaks for a customer's segment, the strongest first."""
    from customers.features import FEATURES

    labels = {feature.name: feature.label for feature in FEATURES}
    return [
        Reason(
            labels[why.feature][:1].upper() + labels[why.feature][1:],
            feature_value(why.feature, why.value, currency),
            NOTHING if why.share is None else share(min(why.share, 1)),
            why.percentile,
            EXPLAINED[why.feature],
            None if why.below is None else int(100 * why.below),
        )
        for why in reasons
    ]
