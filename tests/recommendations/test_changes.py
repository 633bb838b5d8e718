"""What a run changes beside the published one, told in a sentence and kept with it."""

import pytest

from products.models import Product
from recommendations.models import SimilarList, TogetherList
from recommendations.services import changes
from recommendations.services.changes import customers_changed, lists_changed
from runs.services import request_run, work_on
from tests.factories import make_customer, make_order, make_product, make_run

pytestmark = pytest.mark.django_db


def keep(run, **lists: list[int]) -> None:
    """Keep lists of a run, by the products' own ids."""
    for name, neighbours in lists.items():
        product, _ = Product.objects.get_or_create(external_id=name, title=name)
        SimilarList.objects.create(
            run=run, product=product, neighbours=neighbours, scores=[0.5] * len(neighbours)
        )


@pytest.fixture
def runs():
    """A published run, and one that has just been finished."""
    return make_run("similar"), make_run("similar", "running", published_at=None)


def test_products_are_counted_whose_first_places_change(runs):
    before, run = runs
    far = list(range(1, 15))
    keep(before, same=[1, 2], moved=[1, 2], far=[*far, 15], gone=[1], empty=[])
    keep(run, same=[1, 2], moved=[2, 1], far=[*far, 16], new=[1], empty=[3])

    assert lists_changed(run, SimilarList, "neighbours") == {
        "changes": {
            "against": before.pk,
            "lists": 5,
            "changed": 1,
            "first": 2,
            "gone": 1,
            "text": "The first 10 places change for 1 of 5 products with a list;"
            " 2 products get their first list; 1 product loses its list.",
        }
    }


def test_the_first_run_of_a_kind_changes_nothing():
    run = make_run("similar", "running", published_at=None)
    keep(run, one=[1])

    assert lists_changed(run, SimilarList, "neighbours") == {}
    assert customers_changed(run, [1], lambda *_: [1]) == {}


def test_a_build_tells_what_it_changes_of_the_one_before():
    for word in ("red", "blue", "green"):
        make_product(title=f"wool hat {word}")
    first = work_on(request_run("similar"), to_the_end=True)
    make_product(title="wool hat grey")
    again = work_on(request_run("similar"), to_the_end=True)

    assert "changes" not in first.metrics
    assert again.metrics["changes"] | {"text": ""} == {
        "against": first.pk,
        "lists": 4,
        "changed": 3,
        "first": 1,
        "gone": 0,
        "text": "",
    }


def test_what_is_bought_together_is_compared_too():
    tea, mug, pot = make_product(), make_product(), make_product()
    make_order(None, tea, mug)
    first = work_on(request_run("bought-together"), to_the_end=True)
    make_order(None, tea, pot)
    again = work_on(request_run("bought-together"), to_the_end=True)

    found = again.metrics["changes"]
    assert found["against"] == first.pk
    assert found["lists"] == TogetherList.objects.filter(run=again).count() == 3
    assert (found["changed"], found["first"]) == (1, 1)


def test_personal_lists_are_compared_for_some_customers(monkeypatch):
    monkeypatch.setattr(changes, "CUSTOMERS_TRIED", 3)
    before, run = make_run("personal"), make_run("personal", "running", published_at=None)
    shown = {before.pk: [1, 2, 3], run.pk: [1, 2, 3]}
    asked = []

    def best(which: int, customer: int) -> list[int]:
        asked.append(customer)
        return [7, 1, 2] if (which, customer) == (run.pk, 4) else shown[which]

    found = customers_changed(run, range(5), best)["changes"]

    assert sorted({*asked}) == [0, 2, 4]
    assert (found["tried"], found["changed"], found["new_places"]) == (3, 1, 0.33)
    assert found["text"] == (
        "The first 10 places change for 1 of 3 customers tried;"
        " on average 0.3 of their products are others."
    )


def test_a_personal_run_on_the_same_purchases_changes_no_list():
    teas = [make_product(product_type="Tea") for _ in range(4)]
    for number in range(8):
        make_order(make_customer(), teas[number % 4], teas[(number + 1) % 4])
    work_on(request_run("personal"), to_the_end=True)
    same = work_on(request_run("personal"), to_the_end=True)
    star = make_product(product_type="Tea")
    for _ in range(30):
        make_order(make_customer(), star)
    other = work_on(request_run("personal"), to_the_end=True)

    assert same.metrics["changes"]["changed"] == 0
    assert same.metrics["changes"]["text"] == (
        "The first 10 places change for none of 8 customers tried."
    )
    assert other.metrics["changes"]["changed"] == 8
