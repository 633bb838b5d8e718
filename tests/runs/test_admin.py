"""Staff pages of runs: seen as they go, published, discarded, taken back."""

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.contrib.messages import get_messages

from runs.models import Run
from segrec_site.celery import app
from tests.factories import make_run

pytestmark = pytest.mark.django_db

RUNS = "/admin/runs/run/"


@pytest.fixture(autouse=True)
def registered(kind):
    """`similar` is a kind that notes what is asked of it."""
    return kind


@pytest.fixture
def no_broker():
    """The address of the queue leads nowhere while the test lasts."""
    url = app.conf.broker_url
    app.conf.broker_url = "redis://127.0.0.1:1/0"
    app._after_fork()  # forget connections
    yield
    app.conf.broker_url = url
    app._after_fork()  # forget connections


def press(client, path: str) -> str:
    """Press a button of these pages; return what the next page says of it."""
    response = client.post(RUNS + path)
    assert response.status_code == 302
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def test_refresh_now_asks_for_a_run_in_the_name_of_who_pressed(admin_client, admin_user):
    said = press(admin_client, "refresh/similar/")

    run = Run.objects.get()
    assert (run.kind, run.status) == ("similar", "waiting")
    assert run.requested_by == admin_user.get_username()
    assert said == f"Run {run.pk} of similar products begins."


def test_a_second_refresh_is_answered_in_words(admin_client):
    make_run("similar", "running", published_at=None)

    assert press(admin_client, "refresh/similar/") == "A refresh of similar is already under way."


def test_without_a_broker_the_run_is_noted_and_the_page_says_so(admin_client, no_broker):
    said = press(admin_client, "refresh/similar/")

    assert Run.objects.get().status == "waiting"
    assert "the broker is away" in said


def test_an_unknown_kind_is_not_found(admin_client):
    assert admin_client.post(f"{RUNS}refresh/nothing/").status_code == 404


@pytest.mark.parametrize(
    ("button", "becomes"), [("publish", "published"), ("discard", "discarded")]
)
def test_a_held_run_is_decided(admin_client, button, becomes):
    run = make_run("similar", "held", published_at=None)

    press(admin_client, f"{run.pk}/{button}/")

    run.refresh_from_db()
    assert run.status == becomes


def test_a_run_that_is_not_held_cannot_be_published(admin_client):
    run = make_run("similar", "failed", published_at=None)

    assert "only a held run can be published" in press(admin_client, f"{run.pk}/publish/")


def test_a_held_run_older_than_the_published_one_is_only_to_be_discarded(admin_client):
    held = make_run("similar", "held", published_at=None)
    address = f"{RUNS}{held.pk}/change/"
    assert f"Publish run {held.pk}" in admin_client.get(address).content.decode()

    newer = make_run("similar")
    page = admin_client.get(address).content.decode()

    assert f"Run {newer.pk} was published since, so this one can only be discarded" in page
    assert f"Publish run {held.pk}" not in page
    assert "Discard it" in page


def test_rolling_back_shows_readers_the_run_before(admin_client):
    before = make_run("similar", "superseded")
    make_run("similar", "published", previous=before)

    said = press(admin_client, "roll-back/similar/")

    before.refresh_from_db()
    assert before.status == "published"
    assert said == f"Rolled back: readers see run {before.pk} again."


@pytest.mark.parametrize(
    ("before", "offered"),
    [
        ({}, True),
        ({"parameters": {"forgotten": True}}, False),
        ({"status": "discarded"}, False),
    ],
    ids=str,
)
def test_going_back_is_offered_only_where_there_is_something_to_go_back_to(
    admin_client, before, offered
):
    earlier = make_run("similar", **{"status": "superseded"} | before)
    run = make_run("similar", previous=earlier)

    page = admin_client.get(f"{RUNS}{run.pk}/change/").content.decode()

    assert (f"Roll back to run {earlier.pk}" in page) is offered


@pytest.mark.parametrize("path", ["refresh/similar/", "1/publish/", "1/discard/"])
def test_buttons_take_no_get_and_nobody_without_permission(admin_client, client, path):
    assert admin_client.get(RUNS + path).status_code == 405
    assert client.post(RUNS + path).status_code == 302
    assert not Run.objects.exists()


def test_who_may_only_look_sees_no_buttons_and_cannot_press(client, django_user_model):
    viewer = django_user_model.objects.create_user("vera", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_run"))
    client.force_login(viewer)

    assert b"/refresh/similar/" not in client.get(RUNS).content
    assert client.post(f"{RUNS}refresh/similar/").status_code == 403


def test_a_run_at_work_shows_its_step_and_refreshes_itself(admin_client):
    run = make_run("similar", "running", step="block 5 of 12", progress=0.42, published_at=None)

    page = admin_client.get(f"{RUNS}{run.pk}/change/").content.decode()

    assert "block 5 of 12" in page
    assert 'value="0.420"' in page
    assert "data-live" in page


def test_a_run_that_is_over_stands_still_and_shows_its_figures(admin_client):
    run = make_run(
        "similar", metrics={"pairs": 4640, "recall_at_20": 0.9995, "build": {"terms": 9}}
    )

    response = admin_client.get(f"{RUNS}{run.pk}/change/")

    assert b"data-live" not in response.content
    assert response.context["measures"] == [
        ("Build: different terms in texts of products", "9"),
        ("Nearest 20 products that lists hold", "99.95\xa0%"),
        ("Places in all lists", "4,640"),
    ]


def test_reasons_are_shown_with_the_decision(admin_client):
    reason = {"code": "many_moved", "text": "31 % would move."}
    run = make_run("similar", "held", reasons=[reason], published_at=None)

    page = admin_client.get(f"{RUNS}{run.pk}/change/").content.decode()

    assert "31 % would move." in page
    assert f"Publish run {run.pk}" in page


@pytest.mark.parametrize("runs", [1, 20])
def test_the_list_takes_the_same_queries_however_long(
    admin_client, django_assert_num_queries, runs
):
    for _ in range(runs):
        make_run("similar", "failed")

    # Session, user, how kinds stand, count, page, kinds to filter by.
    with django_assert_num_queries(6):
        admin_client.get(RUNS)


GATE = {"code": "low_recall", "level": "pass", "value": 1.0, "text": "Lists hold all.", "asked": ""}
KINDS = ("segments", "similar", "bought-together", "personal")


@pytest.mark.parametrize("kind_name", KINDS)
def test_checks_are_shown_when_they_passed_too(admin_client, kind_name):
    run = make_run(kind_name, metrics={"gates": [GATE | {"asked": "at least 99.9\xa0%"}]})

    page = admin_client.get(f"{RUNS}{run.pk}/change/").content.decode()

    assert "Lists hold all." in page
    assert "at least 99.9\xa0%" in page
    assert '<span class="pill good">passed</span>' in page


@pytest.mark.parametrize(
    ("status", "heading"), [("superseded", "What changed"), ("refused", "What would change")]
)
def test_a_run_says_what_it_changes_of_the_one_before(admin_client, status, heading):
    before = make_run("similar")
    changes = {"against": before.pk, "text": "The first 10 places change for 3 of 5 products."}
    published_at = before.published_at if status == "superseded" else None
    run = make_run("similar", status, metrics={"changes": changes}, published_at=published_at)

    page = admin_client.get(f"{RUNS}{run.pk}/change/").content.decode()

    assert f"<h2>{heading}</h2>" in page
    assert "change for 3 of 5 products." in page
    assert f'/{before.pk}/change/">run {before.pk}</a>' in page
    assert "Changes:" not in page


@pytest.mark.parametrize(
    ("requested_by", "words"),
    [
        ("catalogue", "Asked for by changes of products, "),
        ("schedule", "Asked for by the schedule, "),
        ("ada", "Asked for by ada, "),
        ("", "Asked for 30"),
    ],
)
def test_who_asked_for_a_run_is_said_in_words(admin_client, requested_by, words):
    run = make_run("similar", requested_by=requested_by)
    type(run).objects.update(created_at=run.as_of)

    page = admin_client.get(f"{RUNS}{run.pk}/change/").content.decode()

    assert words in page
    assert "nobody" not in page


def test_codes_of_reasons_stand_aside(admin_client):
    reason = {"code": "k_soft", "text": "Five segments do about as well as six."}
    run = make_run("segments", reasons=[reason])

    page = admin_client.get(f"{RUNS}{run.pk}/change/").content.decode()

    assert '<li title="k_soft">Five segments do about as well as six.</li>' in page


def test_a_card_says_no_date_of_data_where_there_is_none(admin_client):
    make_run("similar", as_of=None)
    assert (
        b"data until"
        not in admin_client.get(RUNS).content.split(b'id="kinds"')[1].split(b"changelist")[0]
    )


@pytest.mark.parametrize("kind_name", KINDS)
@pytest.mark.parametrize("many", [1, 20])
def test_a_page_of_a_run_takes_the_same_queries_whatever_it_says(
    admin_client, django_assert_num_queries, kind_name, many
):
    gates = [GATE | {"code": f"gate_{number}"} for number in range(many)]
    reasons = [{"code": f"gate_{number}", "text": "So."} for number in range(many)]
    flows = [
        {"from": f"s{number}", "to": f"s{number + 1}", "cause": "model", "customers": 1}
        for number in range(many)
    ]
    found = [{"key": f"s{number}", "name": "S", "customers": 2} for number in range(many + 1)]
    metrics = {"gates": gates, "moves": flows, "segments": found}
    told = {"metrics": metrics, "reasons": reasons}
    run = make_run(kind_name, "refused", published_at=None, **told)

    ContentType.objects.get_for_model(Run)  # remembered by the process

    # Session, user, run twice; of segments the published run, its profiles, segments by key.
    with django_assert_num_queries(9 if kind_name == "segments" else 4):
        admin_client.get(f"{RUNS}{run.pk}/change/")


def test_the_list_says_the_first_reason_and_how_many_more(admin_client):
    reasons = [{"code": str(number), "text": f"Reason {number}."} for number in range(3)]
    make_run("similar", "refused", reasons=reasons)
    make_run("segments", metrics={"gates": [GATE]})

    page = admin_client.get(RUNS).content.decode()

    assert "Reason 0. And 2 more." in page
    assert "1 check passed." in page


def test_a_run_that_waits_tells_no_times_it_has_not(admin_client):
    run = Run.objects.create(kind="similar")

    page = admin_client.get(f"{RUNS}{run.pk}/change/").content.decode()

    assert "<dt>Asked for</dt>" in page
    for absent in ("Began", "Ended", "Took"):
        assert f"<dt>{absent}</dt>" not in page


@pytest.mark.parametrize(("moved", "who"), [(1, "1 customer"), (2, "2 customers")])
def test_how_many_move_is_said_in_the_right_number(admin_client, moved, who):
    metrics, verb = {"moved": moved}, "s" if moved == 1 else ""
    before = make_run("segments", "superseded")
    published = make_run("segments", metrics=metrics, previous=before)
    held = make_run("segments", "held", metrics=metrics)

    pages = [
        admin_client.get(f"{RUNS}{run.pk}/change/").content.decode() for run in (held, published)
    ]

    assert f"{who} change{verb} segment" in pages[0]
    assert f"{who} go{'es' if moved == 1 else ''} back" in pages[1]


def test_a_refused_run_can_be_asked_for_again(admin_client):
    run = make_run("similar", "refused", reasons=[{"code": "few", "text": "Too few."}])

    page = admin_client.get(f"{RUNS}{run.pk}/change/").content.decode()

    assert 'action="/admin/runs/run/refresh/similar/"' in page
