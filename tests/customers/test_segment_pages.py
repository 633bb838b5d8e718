"""Staff pages of segments and moves: who came and went, and why; what a segment buys."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.utils import timezone

from customers.models import (
    Audience,
    CustomerTotal,
    Export,
    Move,
    Segment,
    SegmentProfile,
    Shop,
)
from customers.services.privacy import erase_customer
from runs.models import Run
from tests.factories import NOW, make_customer, make_order, make_product, make_run, make_segment

pytestmark = pytest.mark.django_db

SEGMENTS, MOVES = "/admin/customers/segment/", "/admin/customers/move/"


def move(run, customer, left, entered, cause="behaviour", **over) -> Move:
    sides = {"from_segment": left, "to_segment": entered}
    return Move.objects.create(
        run=run, customer=customer, cause=cause, at=run.as_of, **sides | over
    )


@pytest.fixture
def told() -> dict:
    """Two runs: five customers came to Loyal by their first order, two went to Quiet since."""
    Shop.objects.create(currency="EUR")
    before = make_run(status="superseded", as_of=NOW - timedelta(days=7))
    run = make_run(metrics={"customers": 6})
    people = [make_customer(marketing_consent=True) for _ in range(6)]
    CustomerTotal.objects.bulk_create(CustomerTotal(customer=each) for each in people)
    loyal = make_segment(run, *people[2:], key="loyal", name="Loyal")
    quiet = make_segment(run, *people[:2], key="quiet", name="Quiet")
    for customer in people[:5]:
        move(before, customer, None, loyal, "first_order")
    for customer, days in zip(people[:2], (40, 60), strict=True):
        told = {"feature": "days_since_last_order", "was": 10, "now": days}
        move(run, customer, loyal, quiet, **told)
    move(run, people[5], None, loyal, "first_order")
    return {"before": before, "run": run, "loyal": loyal, "quiet": quiet, "people": people}


def page_of(client, segment: Segment, part: str = "change/", **query) -> str:
    response = client.get(f"{SEGMENTS}{segment.pk}/{part}", query)
    assert response.status_code == 200
    return response.content.decode()


def rows_of_moves(page: str) -> list[tuple[str, str]]:
    """The text and address of each line of who came and went."""
    links = re.findall(rf'<a href="({re.escape(MOVES)}\?[^"]*)"[^>]*>([^<]*)</a>', page)
    return [(text.strip(), unescape(url)) for url, text in links]


def test_who_went_and_why_is_told_with_medians(admin_client, told):
    page = page_of(admin_client, told["loyal"])

    assert "Silent for longer" in page
    assert "10 → 50 days" in page


def test_each_line_leads_to_its_customers(admin_client, told):
    lines = rows_of_moves(page_of(admin_client, told["loyal"]))

    assert [text for text, _ in lines] == ["2 customers", "1 customer"]
    found = [admin_client.get(url).context["cl"].result_list for _, url in lines]
    assert [{each.customer for each in moves} for moves in found] == [
        set(told["people"][:2]),
        {told["people"][5]},
    ]


def trends(client) -> dict[str, str]:
    """What the list says of each segment's change, by its key; links with where they lead."""
    page = client.get(SEGMENTS)
    cells = re.findall(
        r'data-label="In the last run" class="[^"]*">(.*?)</td>', page.content.decode()
    )
    keys = [segment.key for segment in page.context["cl"].result_list]
    return dict(zip(keys, cells, strict=True))


def test_the_list_tells_how_each_segment_changed_in_the_last_run(admin_client, told):
    make_segment(told["run"], key="still")

    shown = trends(admin_client)

    links = {
        key: re.search(r'href="([^"]*)" title="([^"]*)">(.*)<', cell) for key, cell in shown.items()
    }
    address = f"{SEGMENTS}{told['loyal'].pk}/change/#moves"
    assert links["loyal"].groups() == (address, "1 came, 2 went", "−1")
    assert links["quiet"].groups()[1:] == ("2 came, 0 went", "+2")
    assert shown["still"] == "0"


def test_the_first_run_shows_no_trend(admin_client, told):
    Move.objects.filter(run=told["run"]).delete()
    told["run"].published_at = None
    told["run"].save()

    assert set(trends(admin_client).values()) == {"–"}


def test_a_run_that_moved_nobody_shows_that_none_came_or_went(admin_client, told):
    Move.objects.filter(run=told["run"]).delete()

    assert trends(admin_client) == {"loyal": "0", "quiet": "0"}


def test_a_run_that_was_taken_back_is_not_told(admin_client, told):
    Run.objects.filter(pk=told["run"].pk).update(status="discarded")
    Run.objects.filter(pk=told["before"].pk).update(status="published", metrics={"customers": 6})
    SegmentProfile.objects.update(run=told["before"])

    page = page_of(admin_client, told["loyal"])

    assert "Found by the first run" in page
    assert "Silent for longer" not in page
    assert set(trends(admin_client).values()) == {"–"}


@pytest.mark.parametrize(
    ("by", "said"),
    [("run", "Found by the last run alone"), ("before", "Found by one of the last runs alone")],
)
def test_a_segment_that_one_of_several_runs_found_is_not_said_to_be_the_firsts(
    admin_client, told, by, said
):
    segment = make_segment(told[by])

    assert said in page_of(admin_client, segment)


def test_why_the_grid_stands_in_for_segments_is_said(admin_client, told):
    short = "Orders reach back 30 days; segments need 42."
    gates = [{"level": "warn", "text": "Few."}, {"level": "refuse", "text": short}]
    Run.objects.filter(pk=told["run"].pk).update(
        metrics={"customers": 6, "method": "rfm", "gates": gates}
    )

    page = admin_client.get(SEGMENTS).content.decode()

    assert f"The grid stands in for K-Means: {short}" in page
    assert "too few customers" not in page


def test_the_shops_typical_customer_stands_beside_the_segments(admin_client, told):
    profiles = SegmentProfile.objects.filter(segment=told["loyal"])
    profiles.update(features={"median": {"order_count": 4}, "shop": {"order_count": 1}})

    of_loyal, of_quiet = (
        admin_client.get(f"{SEGMENTS}{told[key].pk}/change/").context["rows"][0]
        for key in ("loyal", "quiet")
    )

    assert (of_loyal.own, of_loyal.shop) == ("4.0", "1.0")
    assert of_quiet.shop == "–"


@pytest.mark.parametrize("segments", [1, 20])
def test_the_list_of_segments_takes_the_same_queries_however_many(
    admin_client, told, django_assert_num_queries, segments
):
    for _ in range(segments):
        move(told["run"], told["people"][5], make_segment(told["run"]), told["quiet"])

    # Session, user, notices; run, clock, runs, moves; run, count, page; the refresh under way.
    with django_assert_num_queries(11):
        assert len(trends(admin_client)) == segments + 2


@pytest.mark.parametrize("exports", [1, 20])
def test_the_list_of_exports_takes_the_same_queries_however_long(
    admin_client, told, django_assert_num_queries, exports
):
    for number in range(exports):
        audience = Audience.objects.create(name=f"A{number}")
        Export.objects.create(audience=audience, source=audience, format="canonical", everyone=True)
        Export.objects.create(
            segment=told["loyal"], source="Loyal", format="klaviyo", everyone=False
        )

    with django_assert_num_queries(6):  # session, user, notices, layouts, count, page
        page = admin_client.get("/admin/customers/export/").content.decode()

    assert page.count("/admin/customers/segment/") >= exports


@pytest.mark.parametrize("ways", [1, 20])
def test_the_page_of_a_segment_takes_the_same_queries_however_many_came_and_went(
    admin_client, told, django_assert_num_queries, ways
):
    for number in range(ways):
        move(told["run"], make_customer(), make_segment(told["run"]), told["quiet"])
        Export.objects.create(
            segment=told["quiet"], source=number, format="klaviyo", everyone=False
        )

    page_of(admin_client, told["quiet"])  # so that what Django keeps of content types is there
    with django_assert_num_queries(17):
        page = page_of(admin_client, told["quiet"])

    assert len(re.findall('<td data-label="Why">', page)) >= 1


def test_another_run_is_told_when_asked_for(admin_client, told):
    page = page_of(admin_client, told["loyal"], run=told["before"].pk)

    assert [text for text, _ in rows_of_moves(page)] == ["5 customers"]
    assert "until 23\xa0Jun\xa02026" in page


@pytest.mark.parametrize("run", ["x", "999999"])
def test_a_run_that_is_none_is_ignored(admin_client, told, run):
    assert len(rows_of_moves(page_of(admin_client, told["loyal"], run=run))) == 2


def test_runs_are_counted_beside_each_other(admin_client, told):
    response = admin_client.get(f"{SEGMENTS}{told['loyal'].pk}/change/")

    steps = [(step.run, step.came, step.went) for step in response.context["steps"]]
    assert steps == [(told["run"], 1, 2), (told["before"], 5, 0)]


@pytest.mark.parametrize("customers", [1, 20])
def test_the_page_of_a_segment_takes_the_same_queries_however_large_it_is(
    admin_client, told, django_assert_num_queries, customers
):
    run, segment = told["run"], told["quiet"]
    for _ in range(customers):
        move(run, make_customer(), None, segment, "first_order")

    page_of(admin_client, segment)  # so that what Django keeps of content types is there
    # Session, user, notices; run and segment, twice; run, currency, profiles; runs, members,
    # counts, reasons, segments; sizes, exports.
    with django_assert_num_queries(17):
        page_of(admin_client, segment)


def test_a_retired_segment_keeps_its_history(admin_client, told):
    gone = make_segment(told["before"], key="gone", name="Gone", retired_run=told["run"])
    move(told["run"], told["people"][0], gone, told["loyal"], "model")

    page = page_of(admin_client, gone)

    assert "Retired" in page
    assert "New model" in page


def test_a_segments_customers_are_exported_from_its_page(admin_client, told):
    url = f"{SEGMENTS}{told['quiet'].pk}/export/"

    response = admin_client.post(url, {"format": "canonical"})

    assert response.getvalue().decode().count("\n") == 3
    assert Export.objects.get().segment == told["quiet"]
    assert "admin took 2 as canonical" in page_of(admin_client, told["quiet"])


@pytest.mark.parametrize(
    ("agreed", "said"),
    [
        (False, "The one customer did not agree to marketing"),
        (True, "The one customer agreed to marketing."),
    ],
)
def test_a_segment_of_one_customer_is_told_in_the_singular(admin_client, told, agreed, said):
    alone = make_segment(told["run"], make_customer(marketing_consent=agreed))

    page = page_of(admin_client, alone)

    assert "Show its 1 customer<" in page
    assert said in page
    assert not re.search(r"\b1 customers", page)


def test_as_many_are_promised_as_are_listed_once_somebody_left(admin_client, told):
    erase_customer(told["people"][0].external_id)

    page = page_of(admin_client, told["quiet"])
    listed = admin_client.get("/admin/customers/customer/", {"segment": "quiet"})

    assert "Show its 1 customer<" in page
    assert listed.context["cl"].result_count == 1


def test_a_renamed_segment_shows_its_new_name_on_its_page(admin_client, told):
    url = f"{SEGMENTS}{told['quiet'].pk}/change/"

    page = admin_client.post(url, {"staff_name": "Sleepers", "note": "Write in May."}, follow=True)

    assert page.redirect_chain[-1][0] == url
    assert "<span>Sleepers</span></h1>" in page.content.decode()
    assert "Write in May." in page.content.decode()


def test_what_a_segment_buys_is_a_part_of_its_page(admin_client, told):
    mug = make_product(title="Blue mug")
    for customer in told["people"][2:]:
        make_order(customer, mug)

    page = page_of(admin_client, told["loyal"], "products/")

    assert "Blue mug" in page
    assert "4 buyers" in page
    assert "4 customers<" in page
    assert "<html" in page
    part = admin_client.get(f"{SEGMENTS}{told['loyal'].pk}/products/", headers={"X-Part": "1"})
    assert "<html" not in part.content.decode()
    assert "Blue mug" in part.content.decode()


def test_where_not_all_of_a_segment_are_looked_at_that_is_said(admin_client, told):
    SegmentProfile.objects.filter(segment=told["loyal"]).update(customers=40_000)
    make_order(told["people"][2], make_product())

    page = page_of(admin_client, told["loyal"], "products/")

    assert re.search(r"\d of 40,000 customers looked at", page)
    assert not re.search(r"\b1 buyers", page)


def test_without_orders_a_segment_bought_nothing(admin_client, told):
    make_order(told["people"][2], make_product(), ordered_at=timezone.now() + timedelta(days=9))

    assert "nothing was bought" in page_of(admin_client, told["loyal"], "products/")


def test_without_a_model_there_is_no_map(admin_client, told):
    assert "There is no map" in page_of(admin_client, told["loyal"], "map/")


@pytest.mark.parametrize("part", ["map", "products", "export"])
def test_parts_of_no_segment_are_not_found(admin_client, told, part):
    url = f"{SEGMENTS}999/{part}/"

    response = admin_client.post(url) if part == "export" else admin_client.get(url)

    assert response.status_code == 404


@pytest.mark.parametrize(
    ("filters", "moves"),
    [
        ({}, 8),
        ({"from": "loyal"}, 2),
        ({"from": "none"}, 6),
        ({"from": "bogus"}, 0),
        ({"to": "none"}, 0),
        ({"to": "loyal", "cause": "first_order"}, 6),
        ({"feature": "days_since_last_order"}, 2),
        ({"to": "loyal", "run": "x"}, 6),
    ],
    ids=str,
)
def test_moves_are_found_by(admin_client, told, filters, moves):
    response = admin_client.get(MOVES, filters)

    assert len(response.context["cl"].result_list) == moves


def test_moves_of_a_run_are_found_by_it(admin_client, told):
    response = admin_client.get(MOVES, {"run": told["run"].pk})

    assert len(response.context["cl"].result_list) == 3


@pytest.mark.parametrize("moves", [1, 30])
def test_the_list_of_moves_takes_the_same_queries_however_long(
    admin_client, told, django_assert_num_queries, moves
):
    for _ in range(moves):
        move(told["run"], make_customer(), None, told["quiet"], "first_order")

    # Session, user, notices, currency; runs, segments for two filters; estimate, count, page.
    with django_assert_num_queries(10):
        admin_client.get(MOVES)
