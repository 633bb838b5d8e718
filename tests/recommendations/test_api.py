from urllib.parse import quote

import pytest
from django.db import connection, transaction

from products.models import Product
from runs.services import discard_run, publish_run
from tests.api import Caller, crm, storefront
from tests.factories import NOW, make_product
from tests.recommendations.shelf import (
    make_buyers,
    make_neighbours,
    make_run,
    make_together,
    make_vectors,
)

pytestmark = pytest.mark.django_db
PATHS = ["/products/mug/similar/", "/products/mug/bought-together/", "/popular/"]


@pytest.fixture
def shelf():
    """A mug with two neighbours."""
    shown = make_product(external_id="mug", price="8.00", currency="EUR")
    make_neighbours(
        shown,
        make_product(external_id="cup", brand="Acme", price="5.00", currency="EUR"),
        make_product(external_id="bowl", brand="Zen", price="12.5", currency="EUR"),
    )
    return shown


def products(response):
    return [place["product"] for place in response.json()["results"]]


def similar(query="", **headers):
    return storefront().get(f"/products/mug/similar/{query}", headers=headers)


def test_a_list_has_every_key(shelf):
    run = make_neighbours(make_product(), make_product())

    answer = similar("?limit=1").json()

    assert answer["run"] == {"id": run.pk, "built_at": "2026-06-30T12:00:00Z", "stale": False}
    assert (answer["list_id"][:8], answer["count"]) == ("similar-", 1)
    assert answer["results"] == [
        {
            "product": "cup",
            "title": Product.objects.get(external_id="cup").title,
            "price": "5.00",
            "currency": "EUR",
            "availability": "in_stock",
            "link": "",
            "image_link": "",
            "rank": 1,
            "score": 0.9,
            "source": "similar",
            "reason": {"text": "Much like this one"},
        }
    ]
    reasons = ["hidden", "out_of_stock", "purchased", "same_group", "filtered"]
    assert answer["removed"] == dict.fromkeys(reasons, 0)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("brand=ACME", ["cup"]),
        ("brand=acme&brand=zen", ["cup", "bowl"]),
        ("brand=nobody", []),
        ("min_price=12.5", ["bowl"]),
        ("max_price=12.4999", ["cup"]),
        ("price=cheaper", ["cup"]),
        ("price=dearer", ["bowl"]),
        ("exclude=CUP, other", ["bowl"]),
        ("min_score=0.9", ["cup"]),
        ("category=Mugs", []),
        ("include_purchased=true&in_stock=FALSE&one_per_group=0", ["cup", "bowl"]),
    ],
)
def test_parameters_choose_products(shelf, query, expected):
    assert products(similar(f"?{query}")) == expected


@pytest.mark.parametrize("path", ["men", "Men >", "men>tops", "Men >> Tops >", " Men  >  Tops"])
def test_a_category_path_is_read_as_files_write_them(path):
    make_product(external_id="tee", product_type="Men > Tops"), make_product()

    assert products(storefront().get("/popular/", {"category": path})) == ["tee"]


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=101",
        "limit=x",
        "limit=1&limit=2",
        "min_score=nan",
        "min_score=2",
        "min_price=-1",
        "price=low",
        "in_stock=maybe",
        "arm=b",
        "category=",
        "exclude=" + ",".join(map(str, range(201))),
        "page_size=3",
    ],
)
def test_unknown_and_wrong_parameters_are_refused(shelf, query):
    response = similar(f"?{query}")

    assert response.status_code == 400
    assert response.json()["errors"][0]["field"] == query.split("=")[0]


@pytest.mark.parametrize("query", ["min_score=0.5", "price=cheaper"])
def test_nothing_is_compared_with_no_product(query):
    assert storefront().get(f"/popular/?{query}").status_code == 400


def test_terms_come_only_when_asked_for(shelf):
    cup = Product.objects.get(external_id="cup")
    run = make_neighbours(make_product(), make_product())
    make_vectors(run, ["blue"], {shelf: [4000], cup: [4000]})

    plain, explained = (similar(q).json()["results"] for q in ("", "?explain=true"))

    assert plain[0]["reason"] == {"text": "Also blue"}
    assert explained[0]["reason"]["terms"] == [["blue", 1.0], ["other", -0.1]]
    assert explained[1]["reason"]["terms"] == [["other", 0.8]]


@pytest.fixture
def fallbacks(shelf):
    """What is merely popular: in the mug's category, and in the shop."""
    Product.objects.filter(pk=shelf.pk).update(product_type="Home > Mugs")
    make_product(external_id="beaker", product_type="Home > Mugs")
    make_buyers(make_product(external_id="loved", product_type="Garden"), 3)


def chain(answer) -> list[tuple]:
    return [(place["product"], place["source"], place["score"]) for place in answer["results"]]


def test_similar_goes_down_the_whole_chain(shelf, fallbacks):
    assert chain(similar("?limit=4").json()) == [
        ("cup", "similar", 0.9),
        ("bowl", "similar", 0.8),
        ("beaker", "popular_in_category", None),
        ("loved", "popular", None),
    ]


def test_bought_together_goes_down_the_whole_chain(shelf, fallbacks):
    cup = Product.objects.get(external_id="cup")
    run = make_together(shelf, cup)

    answer = storefront().get("/products/MUG/bought-together/?limit=4&explain=true").json()

    assert answer["run"]["id"] == run.pk
    assert answer["list_id"].startswith("bought-together-model-1b1s1c1o-")
    assert chain(answer) == [
        ("cup", "bought_together", 0.5),
        ("bowl", "similar", 0.8),
        ("beaker", "popular_in_category", None),
        ("loved", "popular", None),
    ]
    assert answer["results"][0]["reason"] == {
        "text": "Often bought together",
        "terms": [["orders with both", 0.25], ["usual with Mugs", 0.25]],
    }


@pytest.mark.parametrize(
    ("query", "expected"),
    [("price=cheaper", ["cup"]), ("price=dearer", ["bowl"]), ("exclude=cup", ["bowl"])],
)
def test_parameters_choose_products_bought_together(shelf, query, expected):
    make_together(shelf, *Product.objects.filter(external_id__in=["cup", "bowl"]))

    assert products(storefront().get(f"/products/mug/bought-together/?{query}")) == expected


@pytest.mark.parametrize("query", ["min_score=0.5", "limit=0", "price=low"])
def test_what_bought_together_does_not_know_is_refused(shelf, query):
    assert storefront().get(f"/products/mug/bought-together/?{query}").status_code == 400


def test_a_published_run_of_bought_together_makes_kept_answers_old(shelf):
    path = "/products/mug/bought-together/"
    first = storefront().get(path)
    run = make_run("held", kind="bought-together")
    make_together(shelf, Product.objects.get(external_id="cup"), run=run)
    publish_run(run)

    second = storefront().get(path, headers={"If-None-Match": first["ETag"]})

    assert (second.status_code, second.json()["results"][0]["source"]) == (200, "bought_together")


def test_a_product_without_neighbours_gets_what_is_popular():
    make_product(external_id="mug")
    make_buyers(make_product(external_id="loved"), 3)

    response = similar()

    assert [place["source"] for place in response.json()["results"]] == ["popular"]
    assert response.json()["run"] is None


def test_an_unknown_product_is_not_found():
    make_product(external_id="mug", deleted_at=NOW)

    assert similar().status_code == 404


def test_ids_are_found_in_any_case_and_with_any_characters():
    make_product(external_id="a/Ü b")

    path = f"/products/{quote('a/ü B', safe='')}/similar/"

    assert crm().get(path, RAW_URI=f"/api/v1{path}").status_code == 200


@pytest.mark.parametrize("path", PATHS)
def test_a_key_is_needed(path):
    response = Caller().get(path)

    assert (response.status_code, response["WWW-Authenticate"]) == (401, "Api-Key")


@pytest.mark.parametrize("path", PATHS)
def test_a_kept_answer_is_revalidated_with_the_same_headers(shelf, path):
    caller = storefront()
    first = caller.get(path)

    second = caller.get(path, headers={"If-None-Match": first["ETag"]})

    assert (second.status_code, second.content) == (304, b"")
    for header in ("ETag", "Cache-Control", "Vary"):
        assert second[header] == first[header]
    assert first["Cache-Control"] == "public, no-cache"
    assert first["Vary"] == "Authorization, Origin"


@pytest.mark.parametrize(
    ("change", "reason"),
    [({"availability": "sold"}, "out_of_stock"), ({"visible": False}, "hidden")],
)
def test_what_is_sold_out_or_hidden_is_gone_from_the_very_next_answer(shelf, change, reason):
    first = similar()
    assert products(first) == ["cup", "bowl"]

    row = {"id": "CUP", "title": "Cup"} | change
    crm().post("/products/", [row], content_type="application/json")

    second = similar(**{"If-None-Match": first["ETag"]})
    assert (second.status_code, products(second)) == (200, ["bowl"])
    assert second.json()["removed"][reason] == 1


def test_what_is_deleted_is_gone_from_the_very_next_answer(shelf):
    first = similar()

    crm().delete("/products/cup/")

    assert products(similar(**{"If-None-Match": first["ETag"]})) == ["bowl"]


@pytest.mark.parametrize("becomes", [publish_run, discard_run])
def test_a_later_run_makes_kept_answers_old(becomes):
    make_product(external_id="mug")
    make_run()
    later = make_run("held")
    make_vectors(later, ["blue"], {})
    first = similar()

    becomes(later)

    second = similar(**{"If-None-Match": first["ETag"]})
    assert (first.json()["run"]["stale"], second.status_code) == (True, 200)
    assert second.json()["run"]["stale"] is False


@pytest.mark.parametrize("path", ["/products/mug/similar/?explain=1&arm=baseline", *PATHS])
def test_reading_writes_nothing(shelf, path):
    caller = storefront()

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL transaction_read_only = on")
        first, second = caller.get(path), caller.get(path)
        transaction.set_rollback(True)

    assert first.status_code == 200
    assert first.content == second.content
