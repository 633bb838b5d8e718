"""Segments drawn, of a shop in the database."""

import numpy as np
import pytest

from customers.admin import segment_page
from customers.models import Membership, Segment
from customers.services.segments.explaining import explain_customer
from customers.services.segments.picture import draw_segments
from customers.services.segments.refreshing import refresh_segments

pytestmark = pytest.mark.django_db


def test_segments_are_drawn_by_their_model(shop):
    refresh_segments(k=6)
    members = dict(Membership.objects.filter(to_run=None).values_list("customer", "segment"))

    picture = draw_segments()

    assert len(picture.points) == len(members)
    assert {pk for _, _, pk in picture.points} == set(members.values()) == set(picture.middles)
    assert all(0 <= x <= 100 and 0 <= y <= 100 for x, y, _ in picture.points)
    assert all(members[pk] == segment for segment, ids in picture.typical.items() for pk in ids)
    borderline = Membership.objects.filter(to_run=None, borderline=True).count()
    sizes = {pk: list(members.values()).count(pk) for pk in picture.middles}
    near = sum(sizes[pk] * sum(picture.bordering[pk].values()) for pk in sizes)
    assert near == pytest.approx(borderline)
    assert draw_segments() == picture


def test_typical_customers_are_surer_of_their_segment_than_most(shop):
    refresh_segments(k=6)
    picture = draw_segments()
    segment = max(picture.typical)
    stays = Membership.objects.filter(to_run=None, segment=segment).select_related("customer")

    sure = {stay.customer_id: explain_customer(stay.customer).confidence for stay in stays[:15]}
    typical = [
        explain_customer(stay.customer).confidence
        for stay in stays.filter(customer__in=picture.typical[segment])
    ]

    assert np.mean(typical) > np.mean(list(sure.values()))


def test_a_segment_that_all_have_left_may_still_border_on_others(shop, monkeypatch):
    monkeypatch.setattr(segment_page, "kept", lambda key, compute: compute())
    run = refresh_segments(k=6)
    bordering = draw_segments().bordering
    pk, empty = next((pk, other) for pk, near in bordering.items() for other in near)

    Membership.objects.filter(segment=empty).delete()
    told = segment_page.map_of(Segment.objects.get(pk=pk), run)

    assert empty not in [middle["segment"].pk for middle in told["middles"]]
    assert told["finding"]
