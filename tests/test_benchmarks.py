"""Benchmarks do not rot: their parts work on very little each time, as a whole among slow tests."""

import json
import os
import subprocess
from importlib import import_module

import numpy as np
import pandas as pd
import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from scipy.sparse import csr_matrix, save_npz

from benchmarks import (
    admin_speed,
    api_speed,
    big_shop,
    catalogue,
    import_speed,
    recommendation_quality,
    report,
    segments_speed,
    similar_speed,
)
from benchmarks.__main__ import NAMES
from customers.models import CustomerTotal
from recommendations.personal import model
from recommendations.vectors import fit
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
        kind.rates, kind.cpu = [100.0], [1.0]

    broken = api_speed.broken_promises(kinds)
    assert broken == [f"{api_speed.MADE}: 1.00 of naive nested serializers, promised 3"]


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


def test_a_report_says_the_same_on_screen_in_json_and_on_the_page(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(report, "RESULTS", tmp_path / "results")
    one = report.Report("x", "How fast", "make bench ONLY=x", ["who", "seconds"], [["a", 0.5]])

    one.publish()

    assert "| a | 0.5 |" in capsys.readouterr().out
    assert report.load_reports() == [one]
    assert one.table() in report.page()


def test_a_run_that_is_stopped_keeps_its_rows_and_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(report, "RESULTS", tmp_path / "results")
    one = report.Report("x", "How fast", "make bench ONLY=x", ["who", "seconds"])

    one.add("a", 0.5)

    assert report.load_reports()[0].rows == [["a", 0.5]]
    assert report.STOPPED in report.page()
    one.publish()
    assert report.STOPPED not in report.page()


@pytest.mark.parametrize("name", NAMES)
def test_each_benchmark_that_is_named_is_there(name):
    assert callable(import_module(f"benchmarks.{name}").main)


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
