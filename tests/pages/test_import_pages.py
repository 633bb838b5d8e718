"""A file of unknown columns, from the upload to its rows, in a real browser."""

from pathlib import Path

import pytest

from customers.models import OrderLine
from runs.imports import uploads
from runs.models import Import

FAINT = (Path(__file__).parent / "faint.js").read_text()
FILE = """Bestell-Nr.;Bestelldatum;Uhrzeit;Kundennr.;Artikel-Nr.;Artikelbezeichnung;Anzahl;Einzelpreis
B-1;05.01.2024;10:23;K1;A-7;Gießkanne grün;2;1.234,50
B-2;16.03.2024;11:00;K2;A-8;Bügeleisen;x;49,90
"""  # noqa: E501

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("width", "colours"), [(1440, "light"), (390, "dark")])
def test_columns_are_chosen_and_the_file_is_imported(
    open_staff_page, complaints, settings, tmp_path, width, colours
):
    settings.SEGREC_VAR = tmp_path
    file = tmp_path / "export.csv"
    file.write_text(FILE)
    page = open_staff_page("runs/import/add/", width=width, colours=colours)
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Look at it").click()
    page.get_by_text("Say which column is which").wait_for()

    for ours, theirs in {
        "order_id": "Bestell-Nr.",
        "ordered_at": "Bestelldatum",
        "customer_id": "Kundennr.",
        "product_id": "Artikel-Nr.",
        "quantity": "Anzahl",
        "unit_price": "Einzelpreis",
    }.items():
        page.get_by_label(f"Column for {ours}", exact=True).select_option(theirs)
    page.get_by_role("button", name="Look again").click()
    page.get_by_label("Joined to ordered_at").select_option("Uhrzeit")
    page.get_by_role("button", name="Look again").click()
    page.get_by_text("05.01.2024 10:23").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate(FAINT) == []

    page.get_by_role("button", name="Import it").click()
    page.get_by_text("Waits for a worker").wait_for()
    uploads.run_import(Import.objects.get().pk)
    page.get_by_role("heading", name="Why rows were rejected").wait_for(timeout=10_000)

    assert OrderLine.objects.get().order.external_id == "B-1"
    assert page.evaluate(FAINT) == []
    assert complaints == []
