import pytest

from customers.identities import id_digest
from customers.models import Customer, ErasedIdentity
from customers.services.people import import_customers, upsert_customers
from runs.imports import Options
from tests.shop_files import counts, write

pytestmark = pytest.mark.django_db
FILE = """
    customer_id,email,first_name,created_at,marketing_consent,tier
    ada,ada@x.org,Ada,2020-01-01,yes,gold
    17.0,,Ben,,,
"""


def test_a_file_makes_customers_with_attributes(tmp_path):
    assert counts(import_customers(write(tmp_path, FILE))) == {"created": 2}

    ada = Customer.objects.get(external_id="ada")
    assert (ada.email, ada.first_name, ada.marketing_consent) == ("ada@x.org", "Ada", True)
    assert ada.created_at.year == 2020
    assert ada.attributes == {"tier": "gold"}
    assert Customer.objects.filter(external_id="17").exists()


def test_the_same_file_again_changes_nothing(tmp_path):
    import_customers(write(tmp_path, FILE))

    assert counts(import_customers(write(tmp_path, FILE))) == {"unchanged": 2}


def test_an_absent_column_stays_and_an_empty_cell_clears(tmp_path):
    import_customers(write(tmp_path, FILE))
    import_customers(write(tmp_path, "customer_id,email,marketing_consent,tier\nada,,,"))

    ada = Customer.objects.get(external_id="ada")
    assert (ada.email, ada.marketing_consent, ada.attributes) == ("", False, {})
    assert ada.first_name == "Ada"


def test_of_rows_with_one_id_the_last_counts(tmp_path):
    summary = import_customers(write(tmp_path, "customer_id,first_name\na,Ann\na,Bea"))

    assert counts(summary) == {"created": 1, "skipped": 1}
    assert Customer.objects.get().first_name == "Bea"


def test_the_erased_stay_erased(tmp_path, settings):
    surrogate = Customer.objects.create(external_id="erased-1")
    ErasedIdentity.objects.create(digest=id_digest("a", settings.ERASURE_KEY), customer=surrogate)
    summary = import_customers(write(tmp_path, "customer_id,first_name\na,Ann\nb,Bea"))

    assert counts(summary) == {"created": 1, "skipped": 1}
    assert sorted(Customer.objects.values_list("first_name", flat=True)) == ["", "Bea"]


def test_a_dry_run_writes_nothing(tmp_path):
    assert counts(import_customers(write(tmp_path, FILE), Options(dry_run=True))) == {"created": 2}
    assert not Customer.objects.exists()


def test_rows_of_the_api_are_checked_alike():
    written = upsert_customers(
        [{"customer_id": "a", "profiling_opt_out": True}, {"customer_id": "", "email": "x"}]
    )

    assert written.accepted == 1
    assert Customer.objects.get().profiling_opt_out
    assert [error["field"] for error in written.rejected[0]["errors"]] == ["customer_id", "email"]
