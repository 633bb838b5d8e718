"""Files of shops that segrec has no format for, with no more than `--map` and `--dates`."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.core.management import call_command

from customers.models import Customer, Order, OrderLine
from products.models import Product

pytestmark = pytest.mark.django_db


def imported(folder, capsys, kind: str, content: str | bytes, *mapping: str, dates="") -> dict:
    """Import a file by command; return its counts that are not zero."""
    path = folder / "export.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    options = [f"--map={pair}" for pair in mapping] + ([f"--dates={dates}"] if dates else [])
    call_command(f"import_{kind}", path, "--json", *options)
    summary = json.loads(capsys.readouterr().out.splitlines()[-1])
    names = ("created", "updated", "unchanged", "skipped", "rejected")
    return {name: summary[name] for name in names if summary[name]}


def lines() -> list[tuple]:
    """Return every line: order, customer, product, pieces, value."""
    found = OrderLine.objects.order_by("order__external_id", "line_no").values_list(
        "order__external_id",
        "order__customer__external_id",
        "product__external_id",
        "quantity",
        "net",
    )
    return [(*row[:4], row[4].normalize()) for row in found]


def at(order_id: str) -> datetime:
    return Order.objects.get(external_id=order_id).ordered_at


def test_magento_products_by_their_sku_and_categories(tmp_path, capsys):
    content = """sku,store_view_code,attribute_set_code,product_type,categories,name,price,is_in_stock,visibility
24-MB01,,Bag,simple,"Default Category/Gear,Default Category/Gear/Bags",Joust Duffle Bag,34.000000,1,"Catalog, Search"
24-MB02,,Bag,configurable,,Crown Bag,,0,"Catalog, Search"
"""  # noqa: E501
    found = imported(
        tmp_path, capsys, "products", content, "id=sku", "title=name", "product_type=categories"
    )

    assert found == {"created": 2}
    bag = Product.objects.get(external_id="24-MB01")
    assert (bag.title, bag.price, bag.visible) == ("Joust Duffle Bag", 34, True)
    assert bag.category.name.startswith("Default Category")
    assert "product_type" not in bag.attributes


def test_magento_orders_of_items_with_their_own_words_for_states(tmp_path, capsys):
    content = """increment_id,created_at,customer_id,customer_email,status,order_currency_code,item_sku,item_name,qty_ordered,price,discount_amount
000000001,"Jan 5, 2024, 10:23:45 AM",7,ada@x.org,complete,EUR,24-MB01,Duffle,2.0000,"€34.00","€3.00"
000000001,"Jan 5, 2024, 10:23:45 AM",7,ada@x.org,complete,EUR,24-MB02,Crown,1.0000,"€10.00","€0.00"
000000002,"Jan 6, 2024, 9:00:00 PM",,ben@x.org,canceled,EUR,24-MB01,Duffle,1.0000,"€34.00","€0.00"
"""  # noqa: E501
    found = imported(
        tmp_path,
        capsys,
        "orders",
        content,
        *("order_id=increment_id", "ordered_at=created_at", "email=customer_email"),
        *("currency=order_currency_code", "product_id=item_sku", "title=item_name"),
        *("quantity=qty_ordered", "discount=discount_amount"),
    )

    assert found == {"created": 3}
    assert [row[0::3] for row in lines()[:2]] == [("000000001", 2), ("000000001", 1)]
    assert [row[4] for row in lines()] == [65, 10, 34]
    assert Customer.objects.get(external_id="7").total.net == 75
    assert at("000000002") == datetime(2024, 1, 6, 21, tzinfo=UTC)


def test_prestashop_in_french_with_semicolons_and_euros(tmp_path, capsys):
    content = """\ufeff"Référence";"Date";"Client";"Réf. produit";"Désignation";"Qté";"Prix TTC";"État"
XKBKNABJK;05/01/2024 10h23;12;demo_1;"Pull, imprimé";1;23,90\xa0€;Livré
XKBKNABJK;05/01/2024 10h23;12;demo_3;Affiche;2;1\u202f029,00\xa0€;Livré
OHSATSERP;17/01/2024 08h00;13;demo_1;"Pull, imprimé";1;23,90\xa0€;Remboursé
"""  # noqa: E501
    found = imported(
        tmp_path,
        capsys,
        "orders",
        content,
        *("order_id=Référence", "ordered_at=Date", "customer_id=Client", "quantity=Qté"),
        *("product_id=Réf. produit", "title=Désignation", "unit_price=Prix TTC", "status=État"),
    )

    assert found == {"created": 3}
    assert lines()[1:] == [
        ("XKBKNABJK", "12", "demo_1", 1, Decimal("23.9")),
        ("XKBKNABJK", "12", "demo_3", 2, 2058),
    ]
    assert at("XKBKNABJK") == datetime(2024, 1, 5, 10, 23, tzinfo=UTC)
    assert Product.objects.get(external_id="demo_1").title == "Pull, imprimé"
    assert Customer.objects.get(external_id="13").total.net == 0


def test_a_german_shop_in_cp1252_with_a_title_above_and_a_sum_below(tmp_path, capsys):
    content = """Auftragsexport;;;;;;
Zeitraum: Januar 2024;;;;;;

Bestell-Nr.;Bestelldatum;Kundennr.;Artikel-Nr.;Artikelbezeichnung;Anzahl;Einzelpreis
B-1;5. Januar 2024;K1;A-7;Gießkanne grün;2;1.234,50
B-2;6. März 2024;K2;A-8;Bügeleisen;-1;49,90
Summe;;;;;1;2.419,10
""".encode("cp1252")
    found = imported(
        tmp_path,
        capsys,
        "orders",
        content,
        *("order_id=Bestell-Nr.", "ordered_at=Bestelldatum", "customer_id=Kundennr."),
        *("product_id=Artikel-Nr.", "title=Artikelbezeichnung", "quantity=Anzahl"),
        "unit_price=Einzelpreis",
    )

    assert found == {"created": 2, "rejected": 1}
    assert lines() == [("B-1", "K1", "A-7", 2, 2469), ("B-2", "K2", "A-8", -1, Decimal("-49.9"))]
    assert Product.objects.get(external_id="A-7").title == "Gießkanne grün"
    assert at("B-2").date().isoformat() == "2024-03-06"


def test_square_items_with_day_and_time_apart_and_money_taken_back(tmp_path, capsys):
    content = """Date,Time,Time Zone,Category,Item,Qty,Price Point Name,SKU,Gross Sales,Discounts,Net Sales,Tax,Transaction ID,Event Type,Customer ID
01/05/24,14:23:11,Eastern Time (US & Canada),Drinks,Flat White,2.0,Regular,FW,"$1,009.00",-$9.00,"$1,000.00",$0.00,T1,Payment,C1
01/06/24,09:00:00,Eastern Time (US & Canada),Drinks,Flat White,-1.0,Regular,FW,-$4.50,$0.00,($4.50),$0.00,T2,Refund,C1
01/31/24,09:00:00,Eastern Time (US & Canada),Food,Bagel,1.0,Regular,,$3.00,$0.00,$3.00,$0.00,T3,Payment,
"""  # noqa: E501
    found = imported(
        tmp_path,
        capsys,
        "orders",
        content,
        *("ordered_at=Date+Time", "product_id=Item", "quantity=Qty", "line_total=Net Sales"),
    )

    assert found == {"created": 3}
    assert [row[3:] for row in lines()] == [(2, 1000), (-1, Decimal("-4.5")), (1, 3)]
    assert at("T1") == datetime(2024, 1, 5, 14, 23, 11, tzinfo=UTC)
    customer = Customer.objects.get()
    assert (customer.external_id, customer.total.net) == ("C1", Decimal("995.5"))


def test_stripe_payments_as_orders_of_one_line(tmp_path, capsys):
    content = """id,Created date (UTC),Amount,Amount Refunded,Currency,Description,Status,Customer ID,Customer Email
ch_1,2024-01-05 10:23:45,49.90,0.00,eur,Yearly plan,Paid,cus_1,ada@x.org
ch_2,2024-01-06 10:23:45,49.90,49.90,eur,Yearly plan,Refunded,cus_2,
ch_3,2024-01-07 10:23:45,9.90,0.00,eur,Monthly plan,Failed,,cy@x.org
ch_4,2024-01-07 10:23:45,9.90,0.00,eur,Monthly plan,requires_action,,cy@x.org
"""  # noqa: E501
    mapping = ["order_id=id", "ordered_at=Created date (UTC)", "product_id=Description"]
    mapping += ["unit_price=Amount", "email=Customer Email"]

    assert imported(tmp_path, capsys, "orders", content, *mapping) == {"created": 3, "rejected": 1}
    assert dict(Order.objects.values_list("external_id", "status")) == {
        "ch_1": "paid",
        "ch_2": "refunded",
        "ch_3": "cancelled",
    }
    again = imported(tmp_path, capsys, "orders", content, *mapping, "status=")
    assert again == {"created": 1, "unchanged": 3}


def test_amazon_orders_by_tabs_in_utf_16(tmp_path, capsys):
    content = """amazon-order-id\tpurchase-date\torder-status\tproduct-name\tsku\tquantity\tcurrency\titem-price\tship-country
026-1\t2024-01-05T10:23:45+00:00\tShipped\tBügel “extra”\tS-1\t2\tEUR\t25.00\tDE
026-1\t2024-01-05T10:23:45+00:00\tShipped\tHose\tS-2\t1\tEUR\t12.5\tDE
026-2\t2024-01-06T10:23:45+00:00\tCancelled\tHose\tS-2\t0\tEUR\t\tDE
""".encode("utf-16")  # noqa: E501
    found = imported(
        tmp_path,
        capsys,
        "orders",
        content,
        *("order_id=amazon-order-id", "ordered_at=purchase-date", "status=order-status"),
        *("product_id=sku", "title=product-name", "line_total=item-price", "country=ship-country"),
    )

    assert found == {"created": 2, "rejected": 1}
    assert [row[2:] for row in lines()] == [("S-1", 2, 25), ("S-2", 1, Decimal("12.5"))]
    assert Product.objects.get(external_id="S-1").title == "Bügel “extra”"


def test_etsy_items_with_american_dates_of_two_figures(tmp_path, capsys):
    content = """"Sale Date","Item Name","Buyer","Quantity","Price","Coupon Code","Discount Amount","Item Total","Currency","Transaction ID","Listing ID","Order ID"
"01/05/24","Print, botanical","ada",1,20.00,"FALL",5.00,15.00,USD,111,900,5001
"01/06/24","Tote bag","ben",2,10.00,"",0.00,20.00,USD,112,901,5002
"""  # noqa: E501
    mapping = ["ordered_at=Sale Date", "product_id=Listing ID", "title=Item Name"]
    mapping += ["customer_id=Buyer", "discount=Discount Amount"]

    found = imported(tmp_path, capsys, "orders", content, *mapping, dates="mdy")

    assert found == {"created": 2}
    assert [row[:1] + row[2:] for row in lines()] == [
        ("5001", "900", 1, 15),
        ("5002", "901", 2, 20),
    ]
    assert at("5002").date().isoformat() == "2024-01-06"


def test_an_indian_and_a_swiss_shop_by_e_mails_alone(tmp_path, capsys):
    mapping = ["order_id=No", "ordered_at=Day", "product_id=Item", "unit_price=Rate"]
    indian = 'No,Day,Email,Item,Rate\n1,31-01-2024,ada@x.org,Sari,"Rs. 1,23,456.50"\n'
    indian += '2,01-02-2024,ben@x.org,Shawl,"Rs. 1,234"\n'
    assert imported(tmp_path, capsys, "orders", indian, *mapping) == {"created": 2}

    swiss = "No;Day;Email;Item;Rate\n3;25.01.24;ada@x.org;Messer;CHF 1’000.–\n"
    assert imported(tmp_path, capsys, "orders", swiss, *mapping) == {"created": 1}
    assert [row[4] for row in lines()] == [Decimal("123456.5"), 1234, 1000]
    assert sorted(Customer.objects.values_list("email", flat=True)) == ["ada@x.org", "ben@x.org"]


def test_a_till_without_order_numbers(tmp_path, capsys):
    content = """sep=|
Day|Till|Receipt|Barcode|Units|Price|Card
20240105|2|17|4006381333931|1|2.99|K-9
20240105|2|17|4006381333948|3|0.50|K-9
20240105|3|17|4006381333931|1|2.99|
"""
    mapping = ["order_id=Day+Till+Receipt", "ordered_at=Day", "product_id=Barcode"]
    mapping += ["quantity=Units", "customer_id=Card"]

    assert imported(tmp_path, capsys, "orders", content, *mapping) == {"created": 3}
    assert [row[:2] for row in lines()] == [
        ("20240105-2-17", "K-9"),
        ("20240105-2-17", "K-9"),
        ("20240105-3-17", None),
    ]


def test_ga4_rows_as_bigquery_exports_them(tmp_path, capsys):
    content = """transaction_id,event_timestamp,user_id,item_id,item_name,item_category,price,quantity,currency
T1,1704447825123456,u1,sku-1,Mug,Home > Mugs,9.5,2,EUR
T1,1704447825123456,u1,sku-2,Cup,Home > Cups,4,1,EUR
"""  # noqa: E501
    assert imported(tmp_path, capsys, "orders", content) == {"created": 2}
    assert at("T1").replace(microsecond=0) == datetime(2024, 1, 5, 9, 43, 45, tzinfo=UTC)
    assert Order.objects.get().net == 23
    assert Product.objects.get(external_id="sku-1").category.name == "Home"


def test_json_lines_of_any_names(tmp_path, capsys):
    rows = [
        {"nr": 1, "when": 1704447825, "who": {"id": 5}, "art": "A1", "sum": 12.5, "n": 1},
        {"nr": 2, "when": 1704447826, "who": None, "art": "A2", "sum": -3, "n": -1},
    ]
    content = "\n".join(map(json.dumps, rows))
    mapping = ["order_id=nr", "ordered_at=when", "product_id=art", "line_total=sum", "quantity=n"]

    assert imported(tmp_path, capsys, "orders", content, *mapping) == {"created": 2}
    assert [row[3:] for row in lines()] == [(1, Decimal("12.5")), (-1, -3)]


def test_customers_of_a_newsletter_tool_in_german(tmp_path, capsys):
    content = """E-Mail;Vorname;Nachname;Land;Anmeldung;Newsletter;Kundennummer;Geburtstag
ada@x.org;Ada;Müller;DE;31.12.2023;WAHR;1;01.02.1990
ben@x.org;Ben;;AT;01.02.2024;FALSCH;2;
"""
    found = imported(
        tmp_path,
        capsys,
        "customers",
        content,
        *("customer_id=Kundennummer", "email=E-Mail", "first_name=Vorname", "last_name=Nachname"),
        *("country=Land", "created_at=Anmeldung", "marketing_consent=Newsletter"),
    )

    assert found == {"created": 2}
    ada, ben = Customer.objects.order_by("external_id")
    assert (ada.last_name, ada.marketing_consent, ben.marketing_consent) == ("Müller", True, False)
    assert ben.created_at.date().isoformat() == "2024-02-01"
    assert ada.attributes == {"Geburtstag": "01.02.1990"}
