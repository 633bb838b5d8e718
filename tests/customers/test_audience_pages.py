"""Staff pages of audiences, and exports from them."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from customers.models import Audience, CustomerTotal, Export, Shop
from tests.factories import NOW, make_customer, make_order, make_product, make_run, make_segment

pytestmark = pytest.mark.django_db

AUDIENCES = "/admin/customers/audience/"


@pytest.fixture
def ada():
    Shop.objects.create(currency="EUR")
    ada = make_customer(
        external_id="ada", email="ada@example.org", country="DE", marketing_consent=True
    )
    ben = make_customer(external_id="ben", country="FR")
    make_segment(make_run(), ada, key="loyal", name="Loyal", staff_name="Friends")
    make_order(ada, make_product())
    for customer, days in ((ada, 100), (ben, 0)):
        last = NOW - timedelta(days=days)
        CustomerTotal.objects.create(customer=customer, order_count=1, last_order_at=last)
    return ada


@pytest.fixture
def audience(ada) -> Audience:
    return Audience.objects.create(name="Quiet Germans", criteria={"countries": ["DE"]})


def page_of(client, url: str, **query) -> str:
    response = client.get(url, query)
    assert response.status_code == 200
    return response.content.decode()


def test_conditions_are_saved_with_a_count(admin_client, ada):
    given = {"name": "Quiet", "segments": ["loyal"], "silent_days": "90", "consent": ""}

    response = admin_client.post(f"{AUDIENCES}add/", given, follow=True)

    audience = Audience.objects.get()
    assert audience.criteria == {"segments": ["loyal"], "silent_days": 90}
    assert (audience.customers, audience.created_by.is_superuser) == (1, True)
    assert "Customers in Friends; silent for 90 days or longer." in response.content.decode()


def test_saved_conditions_stand_in_the_form_again(admin_client, audience):
    page = page_of(admin_client, f"{AUDIENCES}{audience.pk}/change/")

    assert 'name="countries" value="DE" id="id_countries_0" checked' in page


def test_a_segment_that_is_gone_stays_a_condition(admin_client, ada):
    audience = Audience.objects.create(name="Old", criteria={"segments": ["gone"]})

    page = page_of(admin_client, f"{AUDIENCES}{audience.pk}/change/")

    assert 'value="gone"' in page
    assert "Customers in gone." in page


@pytest.fixture
def of_what_is_gone(ada) -> Audience:
    """An audience of a retired segment and of a country that no customer has any more."""
    before = make_run(status="superseded")
    make_segment(before, key="old", name="Old", retired_run=before)
    criteria = {"segments": ["old"], "countries": ["AT"]}
    return Audience.objects.create(name="Gone", criteria=criteria)


def test_an_audience_of_what_is_gone_is_counted_when_its_page_is_opened(
    admin_client, of_what_is_gone
):
    answer = admin_client.get(f"{AUDIENCES}count/", of_what_is_gone.criteria).json()

    assert answer["customers"] == "0"
    assert answer["words"] == "Customers in Old; from AT"


def test_an_audience_of_what_is_gone_is_copied(admin_client, of_what_is_gone):
    admin_client.post(f"{AUDIENCES}add/", of_what_is_gone.criteria | {"name": "Copy"})

    assert Audience.objects.get(name="Copy").criteria == of_what_is_gone.criteria


def test_a_retired_segment_is_named_in_a_form_that_was_refused(admin_client, of_what_is_gone):
    response = admin_client.post(f"{AUDIENCES}add/", {"segments": ["old"], "name": ""})

    assert 'value="old" id="id_segments_1" checked' in response.content.decode()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"ordered_from": "2026-03-02", "ordered_until": "2026-03-01"}, "lies before the first"),
        ({"silent_days": "90", "active_days": "30"}, "Nobody is silent for 90 days"),
        ({"silent_days": "0"}, "greater than or equal to 1"),
        ({"countries": ["XX"]}, "not one of the available choices"),
        ({"ordered_from": "soon"}, "valid date"),
        ({"name": ""}, "required"),
    ],
    ids=str,
)
def test_wrong_conditions_are_said_beside_their_field(admin_client, ada, wrong, said):
    response = admin_client.post(f"{AUDIENCES}add/", {"name": "A"} | wrong)

    assert response.status_code == 200
    assert said in response.content.decode()
    assert not Audience.objects.exists()


def test_conditions_are_counted_while_they_are_chosen(admin_client, ada):
    answer = admin_client.get(f"{AUDIENCES}count/", {"segments": "loyal", "name": ""}).json()

    assert answer == {
        "customers": "1",
        "agreed": "1",
        "reachable": "1",
        "words": "Customers in Friends",
    }


def test_an_audience_without_conditions_is_of_all_customers(admin_client, ada):
    everyone = Audience.objects.create(name="Everyone")

    assert admin_client.get(f"{AUDIENCES}count/").json()["words"] == "All customers"
    assert "All customers." in page_of(admin_client, f"{AUDIENCES}{everyone.pk}/change/")
    assert "All customers" in page_of(admin_client, AUDIENCES)


def test_wrong_conditions_are_said_in_place_of_a_count(admin_client, ada):
    answer = admin_client.get(f"{AUDIENCES}count/", {"silent_days": "-1"}).json()

    assert list(answer) == ["problem"]


@pytest.mark.parametrize("given", [{"ordered_until": "9999-12-31"}, {"ordered_from": "0001-01-01"}])
def test_the_first_and_the_last_day_there_are_mean_any(admin_client, ada, settings, given):
    answer = admin_client.get(f"{AUDIENCES}count/", given).json()

    assert answer["customers"] == "2"
    settings.SHOP_ZONE = ZoneInfo("Asia/Tokyo")
    assert admin_client.get(f"{AUDIENCES}count/", given).json() == answer


def test_a_saved_audience_is_counted_now(admin_client, audience):
    make_customer(country="DE")

    answer = admin_client.get(f"{AUDIENCES}{audience.pk}/count/").json()

    assert (answer["customers"], answer["agreed"]) == ("2", "1")
    assert admin_client.get(f"{AUDIENCES}99/count/").status_code == 404


@pytest.mark.parametrize("audiences", [1, 20])
def test_the_list_of_audiences_takes_the_same_queries_however_long(
    admin_client, ada, django_assert_num_queries, audiences
):
    for number in range(audiences):
        Audience.objects.create(name=f"A{number}", criteria={"segments": ["loyal"]})

    with django_assert_num_queries(6):  # session, user, notices, segments' names, count, page
        page = page_of(admin_client, AUDIENCES)

    assert "Customers in Friends" in page


def test_filters_of_customers_become_an_audience(admin_client, ada):
    chosen = {"segment": "loyal", "last_order": "180", "country": "DE"}
    page = page_of(admin_client, "/admin/customers/customer/", **chosen)
    address = "segments=loyal&amp;countries=DE&amp;silent_days=90&amp;active_days=180"
    assert f"{AUDIENCES}add/?{address}" in page

    form = page_of(admin_client, f"{AUDIENCES}add/?{address.replace('&amp;', '&')}")

    assert 'value="loyal" id="id_segments_0" checked' in form
    assert 'name="silent_days" value="90"' in form


def test_customers_of_an_audience_are_listed(admin_client, audience, ada):
    response = admin_client.get("/admin/customers/customer/", {"audience": audience.pk})

    assert list(response.context["cl"].result_list) == [ada]
    assert admin_client.get("/admin/customers/customer/", {"audience": "x"}).status_code == 200


def test_an_export_is_a_file_and_leaves_a_record(admin_client, audience):
    make_customer(country="DE", external_id="cy")
    url = f"{AUDIENCES}{audience.pk}/export/"

    response = admin_client.post(url, {"format": "canonical"})

    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert f'filename="audience-{audience.pk}-canonical-' in response["Content-Disposition"]
    assert response.getvalue().decode().splitlines()[1].startswith("ada,ada@example.org,")
    record = Export.objects.get()
    assert (record.requested_by, record.customers, record.everyone) == ("admin", 1, False)
    assert record.finished_at

    everyone = admin_client.post(url, {"format": "canonical", "everyone": "on"})
    assert everyone.getvalue().decode().count("\n") == 3


def test_an_unknown_layout_or_a_link_exports_nothing(admin_client, audience):
    url = f"{AUDIENCES}{audience.pk}/export/"

    assert admin_client.post(url, {"format": "xlsx"}).status_code == 400
    assert admin_client.get(url, {"format": "canonical"}).status_code == 405
    assert not Export.objects.exists()


def test_a_record_outlives_its_audience(admin_client, audience):
    admin_client.post(f"{AUDIENCES}{audience.pk}/export/", {"format": "klaviyo"}).getvalue()
    admin_client.post(f"{AUDIENCES}{audience.pk}/delete/", {"post": "yes"})

    page = page_of(admin_client, "/admin/customers/export/")

    assert not Audience.objects.exists()
    assert "Quiet Germans" in page
