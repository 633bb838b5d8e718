import pytest

from products.models import Product
from recommendations.queries import serving as queries
from recommendations.services import answers, serving
from recommendations.wishes import Wishes
from runs.models import Run
from tests.factories import make_product
from tests.recommendations.shelf import (
    make_buyers,
    make_neighbours,
    make_run,
    make_together,
    make_vectors,
)

pytestmark = pytest.mark.django_db


def similar(product, **wishes):
    here = serving.find_situation(product.external_id)
    return serving.similar_products(here, Wishes(**wishes))


def together(product, **wishes):
    here = serving.find_situation(product.external_id, "bought-together")
    return serving.products_bought_together(here, Wishes(**wishes))


def popular(**wishes):
    return serving.popular_products(serving.find_situation(), Wishes(**wishes))


def ids(answer):
    return [place.product.id for place in answer.places]


def test_neighbours_come_first_by_falling_score(django_assert_num_queries):
    shown, near, far = (make_product(external_id=name) for name in ("shown", "near", "far"))
    make_neighbours(shown, near, far)

    # The situation with the product and its list; the neighbours as they are now.
    with django_assert_num_queries(2):
        answer = similar(shown, limit=2)

    assert [(place.product.id, place.rank, place.score) for place in answer.places] == [
        ("near", 1, 0.9),
        ("far", 2, 0.8),
    ]


def test_what_is_popular_fills_the_list(django_assert_num_queries):
    shown = make_product(product_type="Home > Mugs")
    make_neighbours(shown, make_product(external_id="near"))
    make_product(external_id="mug", product_type="home > mugs > small")
    make_buyers(make_product(external_id="loved"), lately=5)

    # As above; the walk down what is popular; what was dropped on the way.
    with django_assert_num_queries(4):
        answer = similar(shown, limit=3)

    assert [(place.product.id, place.source) for place in answer.places] == [
        ("near", "similar"),
        ("mug", "popular_in_category"),
        ("loved", "popular"),
    ]


def test_a_walk_that_was_too_short_is_made_whole(monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(answers, "WALKED_AT_LEAST", 0)
    shown = make_product()
    make_product(external_id="old"), make_product(external_id="blue", item_group_id="shirts")
    make_product(external_id="red", item_group_id="shirts"), make_product(visible=False)

    with django_assert_num_queries(4):
        answer = similar(shown, limit=2)

    assert ids(answer) == ["red", "old"]
    assert (answer.removed["same_group"], answer.removed["hidden"]) == (1, 1)


def test_a_walk_past_many_variants_goes_on_step_by_step(monkeypatch):
    monkeypatch.setattr(answers, "WALKED_AT_LEAST", 0)
    for number in range(24):
        make_product(external_id=f"p{number:02}", item_group_id=f"g{number // 3}")
    read = spied(monkeypatch, queries, "walk")

    answer = popular(limit=2)

    assert ids(answer) == ["p23", "p20"]
    assert [most for (_, _, most), _ in read] == [2, 16]


def test_what_comes_after_a_part_that_was_cut_is_not_read(monkeypatch):
    shown = make_product(product_type="Mugs")
    make_product(), make_product(product_type="Mugs"), make_product(product_type="Mugs")
    read = spied(monkeypatch, queries, "fetch")

    queries.walk(serving.find_situation(shown.external_id), Wishes(), 1)

    assert [row[0] for _, rows in read for row in rows] == [0]


def spied(monkeypatch, module, name) -> list:
    """Return what is to hold the arguments and the result of each call of a function."""
    called, function = [], getattr(module, name)

    def noted(*arguments):
        called.append((arguments, function(*arguments)))
        return called[-1][1]

    monkeypatch.setattr(module, name, noted)
    return called


def test_popular_are_buyers_of_late_then_ever_then_the_newest():
    for name, lately, ever in [("ever", 0, 9), ("late", 1, 1), ("later", 2, 2)]:
        make_buyers(make_product(external_id=name), lately, ever)
    make_product(external_id="old"), make_product(external_id="new")

    assert ids(popular()) == ["later", "late", "ever", "new", "old"]


def test_popular_works_without_any_order():
    make_product(external_id="a", visible=False), make_product(external_id="b")

    answer = popular()

    assert (ids(answer), answer.removed["hidden"], answer.run) == (["b"], 1, None)


def test_a_product_sold_out_is_gone_from_the_next_answer():
    shown, near = make_product(), make_product()
    make_neighbours(shown, near)
    assert ids(similar(shown)) == [near.external_id]

    Product.objects.filter(pk=near.pk).update(availability="out_of_stock")

    answer = similar(shown)
    assert (ids(answer), answer.removed["out_of_stock"]) == ([], 1)


def test_a_score_asked_for_switches_fallbacks_off():
    shown, near, far = make_product(), make_product(), make_product()
    make_neighbours(shown, near, far)

    assert ids(similar(shown, min_score=0.85)) == [near.external_id]


def test_the_baseline_is_what_is_popular():
    shown, near = make_product(), make_product()
    make_neighbours(shown, near)

    assert [place.source for place in similar(shown, arm="baseline").places] == ["popular"]


def test_lists_of_runs_that_are_not_published_are_not_seen():
    shown, near = make_product(), make_product(visible=False)
    make_neighbours(shown, near, run=make_run("held"))

    assert similar(shown).removed["hidden"] == 1  # met as unpopular, not as a neighbour
    assert serving.find_situation(shown.external_id).neighbours is None


def test_equal_lists_have_equal_ids_whatever_the_run():
    shown, near, far = make_product(), make_product(), make_product()
    make_neighbours(shown, near, far)
    before, shorter = similar(shown), similar(shown, limit=1)

    make_run("discarded")

    assert similar(shown).id == before.id != shorter.id


def test_a_later_refresh_that_failed_makes_a_list_stale():
    make_run()
    assert not popular().is_stale

    make_run("refused")

    assert popular().is_stale


def test_a_reason_names_what_is_shared():
    shown = make_product(title="Merino hat", brand="Acme")
    near = make_product(title="Fine Merino Socks", brand="ACME")
    run = make_neighbours(shown, near)
    make_vectors(run, ["brand: acme", "merino"], {shown: [4, 8], near: [4, 8]})

    assert similar(shown).places[0].text == "Also merino, same brand"


def test_terms_of_an_explained_score_sum_to_it():
    shown, near = make_product(), make_product()
    run = make_neighbours(shown, near)
    row = [3 + n for n in range(20)]
    make_vectors(run, [f"w{n:02}" for n in range(20)], {shown: row, near: row})

    (place,) = similar(shown, explain=True).places

    assert place.terms[0][0] == "w19"
    assert place.terms[-1][0] == "other"
    assert sum(share for _, share in place.terms) == pytest.approx(place.score, abs=1e-6)


def test_what_is_popular_says_so_and_where():
    shown = make_product(product_type="Home > Mugs")
    make_buyers(make_product(product_type="Home > Mugs"), 1)
    make_product(product_type="Home > Mugs"), make_product()

    texts = [place.text for place in similar(shown).places]

    assert texts == ["Popular in Mugs", "Also in Mugs", "New in this shop"]


def test_bought_together_comes_before_what_is_alike_and_what_is_popular(django_assert_num_queries):
    shown, other, near, _ = (make_product(external_id=name) for name in ("i", "o", "n", "p"))
    make_neighbours(shown, near, other)
    make_together(shown, other)

    # The situation with both lists; their products; the walk; what was dropped on the way.
    with django_assert_num_queries(4):
        answer = together(shown)

    assert [(place.product.id, place.source, place.score) for place in answer.places] == [
        ("o", "bought_together", 0.5),
        ("n", "similar", 0.9),
        ("p", "popular", None),
    ]
    assert answer.run == Run.objects.get(kind="bought-together").pk


def test_what_is_bought_together_says_why():
    shown, often, seldom, never = (make_product(product_type="Home > Mugs") for _ in range(4))
    make_together(shown, often, seldom, never, direct=[0.4, 0.1, 0.0])

    places = together(shown, explain=True, limit=3).places

    assert [(place.text, place.terms) for place in places] == [
        ("Often bought together", [("orders with both", 0.4), ("usual with Mugs", 0.1)]),
        ("Sometimes bought together", [("orders with both", 0.1), ("usual with Mugs", 0.3)]),
        ("Often bought with Mugs", [("usual with Mugs", 0.3)]),
    ]
