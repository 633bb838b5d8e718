"""Benchmarks do not rot: their parts work on very little each time, as a whole among slow tests."""

import json
import os
import subprocess
import sys
from importlib import import_module
from urllib.parse import urlsplit

import numpy as np
import pandas as pd
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from scipy.sparse import csr_matrix, save_npz

from benchmarks import (
    admin_speed,
    api_served,
    api_speed,
    big_shop,
    calls,
    catalogue,
    import_speed,
    recommendation_quality,
    segments_speed,
    similar_speed,
)
from benchmarks.__main__ import NAMES
from customers.models import CustomerTotal
from recommendations.personal import model
from recommendations.vectors import fit
from segrec_site.embedded import urls
from tests.test_docs import ROOT

# Minutes long on any data.
LONG = {"segments_quality", "recommendation_quality"}
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop() -> dict[str, int]:
    """The big shop, very small."""
    return big_shop.load(400, n_products=240)


def test_calls_and_their_peers_are_answered_in_as_few_statements_as_promised(shop, settings):
    settings.ROOT_URLCONF = "benchmarks.api_peers"
    call_command("refresh_recommendations")
    kinds = {kind.who: kind for kind in api_speed.kinds_of_calls()}

    for kind in kinds.values():
        caller = Client(headers={"Authorization": f"Api-Key {kind.key}"})
        answer = caller.get(kind.lines[0])
        assert answer.status_code == 200, kind.who
        # What confirms a copy without SQL is held by test_fresh_answers, without a clock running.
        kind.statements = (0, 0) if kind.who == api_speed.SAME else api_speed.count_statements(kind)
        kind.rates, kind.cpu, kind.half = [100.0], [1.0], (2.0, 9.0)

    broken = api_speed.broken_promises(kinds)
    assert broken == [f"{api_speed.MADE}: 1.00 of naive nested serializers, promised 3"]
    assert kinds[api_speed.KEPT].statements[0] == 0
    assert api_speed.unsteady(kinds.values()) == []


def test_more_products_are_visited_than_are_remembered_and_the_first_most(shop):
    call_command("refresh_recommendations", only="similar")

    kinds = {kind.who: kind.lines for kind in api_speed.kinds_of_calls()}

    visits = pd.Series(kinds[api_speed.VISITED]).value_counts()
    assert len(visits) > 25 * len({*kinds[api_speed.KEPT]})
    assert visits.iloc[0] > 20 * visits.iloc[len(visits) // 2]


def test_lists_that_are_remembered_are_counted(tmp_path, monkeypatch):
    monkeypatch.setenv("SEGREC_VAR", str(tmp_path))
    lists = api_served.Counted("counted", {})

    found = [lists.get_or_set(name, lambda: "made") for name in ("a", "b", "a", "a")]

    assert found == ["made"] * 4
    assert calls.remembered_so_far() == (4, 2)
    assert calls.Remembered(4, 2).share == "50%"


def test_pages_of_the_admin_and_their_peers_are_there(shop, settings, admin_client):
    settings.ROOT_URLCONF = "benchmarks.admin_peers"
    admin_speed.find_segments()

    for page in admin_speed.pages():
        assert admin_client.get(f"/admin/{page.path}").status_code == 200, page.name
        if page.peer:
            assert admin_client.get(f"/plain/{page.peer}").status_code == 200, page.name


def test_the_notebooks_way_and_the_floors_find_what_there_is_to_find(shop):
    segments_speed.notebook()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM bench_label")
        labelled = cursor.fetchone()[0]

    segments_speed.aggregate_lines()
    segments_speed.read_totals()

    assert labelled == CustomerTotal.objects.count() > 300
    assert segments_speed.import_orders(3, 240) == 9


def test_the_floor_of_imports_leaves_the_same_orders_as_an_import(tmp_path):
    found, path = [], tmp_path / "orders.csv"
    lines = import_speed.write_orders(path, 0, 60)
    for work in (import_speed.copy_and_upsert, import_speed.import_file):
        big_shop.execute(f"TRUNCATE {import_speed.TABLES} CASCADE")
        work(path)
        with connection.cursor() as cursor:
            cursor.execute("SELECT external_id, units, net FROM customers_order ORDER BY 1")
            found.append(cursor.fetchall())
        big_shop.execute("DROP TABLE IF EXISTS copied")

    assert found[0] == found[1]
    assert big_shop.count("customers_orderline") == lines


def test_a_made_up_catalogue_is_searched_by_us_and_by_a_peer(tmp_path):
    products = catalogue.fashion(300)
    save_npz(tmp_path / "weights.npz", csr_matrix(fit(catalogue.fields(products))[1]))
    np.save(tmp_path / "groups.npy", catalogue.groups(products))

    for search in (similar_speed.segrec_search, similar_speed.scikit_learn):
        assert search(tmp_path)["seconds"] > 0


@pytest.mark.parametrize("name", NAMES)
def test_each_benchmark_that_is_named_is_there(name):
    assert callable(import_module(f"benchmarks.{name}").main)


def test_one_works_on_very_little_from_the_command_to_what_is_kept(tmp_path):
    address = settings.DATABASE_URL or urls(settings.SEGREC_VAR).database
    of_test = urlsplit(address)._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    ours = {"DATABASE_URL": of_test, "SEGREC_VAR": str(settings.SEGREC_VAR)}
    ours["REDIS_URL"] = settings.REDIS_URL or urls(settings.SEGREC_VAR).redis

    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--only", "import_speed", "--size", "tiny"],
        cwd=ROOT,
        env=os.environ | ours | {"BENCHMARK_RESULTS": str(tmp_path)},
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    kept = json.loads((tmp_path / "import_speed.json").read_text())
    assert [row[0].partition(" ")[0] for row in kept["rows"]] == ["raw", "floor:", "segrec,"]
    assert (kept["broken"], kept["stopped"]) == ([], False)
    assert kept["commit"]
    assert kept["minutes"] > 0


@pytest.mark.slow
def test_all_work_on_very_little(tmp_path):
    ours = {"SEGREC_VAR": str(tmp_path / "var"), "BENCHMARK_RESULTS": str(tmp_path / "results")}
    names = sorted({*NAMES} - LONG)

    done = subprocess.run(
        ["make", "bench", f"ONLY={' '.join(names)}", "SIZE=tiny"],
        cwd=ROOT,
        env=os.environ | ours,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    kept = {file.stem: json.loads(file.read_text()) for file in tmp_path.glob("results/*.json")}
    assert sorted(kept) == names
    assert all(each["rows"] for each in kept.values())


def test_lists_are_judged_by_what_was_bought_after_the_split(monkeypatch):
    chance = np.random.default_rng(3)
    days = pd.date_range("2026-01-01", periods=100, tz="UTC")
    lines = pd.DataFrame(
        {
            "order_id": np.repeat(np.arange(600), 3),
            "customer_id": np.repeat(chance.integers(0, 40, 600), 3),
            "product_id": [f"p{n}" for n in chance.integers(0, 60, 1800)],
            "ordered_at": days[np.repeat(np.sort(chance.integers(0, 100, 600)), 3)],
        }
    )
    fields = pd.DataFrame(index=lines["product_id"].unique(), columns=["top", "category", "brand"])
    monkeypatch.setattr(model, "FEWEST_CUSTOMERS", 10)
    monkeypatch.setattr(recommendation_quality, "als", lambda counts, rows: rows.toarray())

    shop = recommendation_quality.cut("Made up", lines, fields, days[70], days[99])
    of_customers, _ = recommendation_quality.compare_lists(shop)
    beside, _ = recommendation_quality.compare_lists_beside(shop)

    for row, truth in zip(shop.rows, shop.truths, strict=True):
        assert not np.isin(truth, shop.owned(row)).any()
    assert len(of_customers) == 7
    assert all(0 < ndcg < 1 for _, _, _, ndcg, *_ in of_customers)
    assert [row[2] for row in beside][::3] == ["popular", "segrec"]
