"""The real dirty till file, where SEGREC_REAL_DATA names its folder, against pandas."""

import json
import os
from pathlib import Path

import pandas as pd
import pytest
from django.core.management import call_command

from customers.models import CustomerTotal, Order, OrderLine
from products.models import Product

FOLDER = os.environ.get("SEGREC_REAL_DATA", "")
FILE = Path(FOLDER) / "online-retail-ii-2009-2010.parquet"
NOT_GOODS = {
    "postage": ["POST", "DOT", "C2", "C3"],
    "fee": ["AMAZONFEE", "BANK CHARGES"],
    "adjustment": ["ADJUST", "ADJUST2", "B"],
    "manual entry": ["M"],
    "discount": ["D"],
    "sample": ["S"],
    "test": ["TEST001", "TEST002"],
}


def sorted_by_pandas() -> tuple[pd.DataFrame, dict[str, int]]:
    """Return the lines that are goods bought, and how many were kept out for each reason."""
    lines = pd.read_parquet(FILE)
    lines["StockCode"] = lines["StockCode"].str.strip()
    lines["Description"] = lines["Description"].fillna("").str.split().str.join(" ")
    code = lines["StockCode"].str.upper()
    reason = pd.Series("", index=lines.index)
    for name, codes in NOT_GOODS.items():
        reason[code.isin(codes)] = name
    reason[code.str.match(r"GIFT(_|$)")] = "gift voucher"
    corrected = (lines["Price"] == 0) & lines["Customer ID"].isna() & (reason == "")
    reason[corrected] = "stock correction without a price and a customer"
    goods = lines[reason == ""]
    kept = goods[~goods.duplicated()]
    skipped = reason[reason != ""].value_counts().to_dict()
    return kept, skipped | {"exact repeat": len(goods) - len(kept)}


if FOLDER:

    @pytest.mark.django_db
    def test_the_real_file_is_imported_as_pandas_reads_it(capsys):
        kept, skipped = sorted_by_pandas()
        call_command("import_orders", FILE, "--json")
        summary = json.loads(capsys.readouterr().out.splitlines()[-1])

        assert (summary["format"], summary["read"]) == ("uci-retail", 525_461)
        assert (summary["created"], summary["rejected"]) == (len(kept), 0)
        found = {
            name.removeprefix("skipped: "): rows
            for name, rows in summary["warnings"].items()
            if name.startswith("skipped")
        }
        assert found == skipped
        assert Order.objects.count() == kept["Invoice"].nunique()
        assert Product.objects.count() == kept["StockCode"].str.lower().nunique()
        assert_money_is_equal(kept)
        assert_titles_are_the_latest(kept)

    def assert_money_is_equal(kept: pd.DataFrame) -> None:
        kept = kept.assign(net=kept["Quantity"] * kept["Price"])
        net = kept.groupby(kept["Customer ID"].dropna().astype(int).astype(str))["net"].sum()
        totals = dict(CustomerTotal.objects.values_list("customer__external_id", "net"))
        assert totals.keys() == set(net.index)
        for customer, value in net.items():
            assert float(totals[customer]) == pytest.approx(value, abs=0.005)
        lines = pd.Series(OrderLine.objects.values_list("net", flat=True))
        assert float(lines.sum()) == pytest.approx(kept["net"].sum(), abs=0.005)

    def assert_titles_are_the_latest(kept: pd.DataFrame) -> None:
        named = kept[kept["Description"] != ""].sort_values("InvoiceDate", kind="stable")
        titles = named.groupby(named["StockCode"].str.lower())["Description"].last()
        products = Product.objects.filter(visible=True).values_list("external_id", "title")
        assert {code.lower(): title for code, title in products} == titles.to_dict()
