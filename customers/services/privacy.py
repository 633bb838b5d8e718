"""What a person may ask for: everything that is kept of them, or that it goes."""

import secrets

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from customers.models import Customer, ErasedIdentity
from customers.queries import ledger
from customers.queries import privacy as queries
from customers.services.people import confirm_key, erasure_digests
from customers.signals import customer_erased, customer_exported
from runs.imports.uploads import forget_files_of
from runs.queries import IMPORT_LOCK, PUBLISH_LOCK, published_run, transaction_lock


class UnknownCustomer(Exception):
    """There is no customer of this id."""


def export_customer(external_id: str) -> dict:
    """Return everything that is kept of a person; apps above add their parts."""
    with transaction.atomic():
        customer = _found(Customer.objects, external_id)
        record = queries.record_of(customer)
        for _, part in customer_exported.send("customers", customer=customer):
            record |= part or {}
    return record


def erase_customer(external_id: str) -> Customer:
    """Put a surrogate without identity in the person's place; orders, sums and moves stay.

    Keyed hashes of id and e-mail are kept, so that later imports do not bring the person back.
    Files that staff handed over may name the person, so those of customers and orders are deleted.
    """
    with transaction.atomic():
        confirm_key()
        transaction_lock(IMPORT_LOCK)  # an import under way would write the identity again
        transaction_lock(PUBLISH_LOCK)
        customer = _found(Customer.objects.select_for_update(), external_id)
        if run := published_run("segments"):
            ledger.leave([customer.pk], "erased", run)
        ErasedIdentity.objects.bulk_create(
            [
                ErasedIdentity(digest=digest, customer=customer)
                for digest in erasure_digests(customer.external_id, customer.email)
            ],
            ignore_conflicts=True,
        )
        customer_erased.send("customers", customer=customer)
        surrogate = _surrogate(customer)
        surrogate.save()
        forget_files_of("customers", "orders")
    return surrogate


def _found(customers: QuerySet[Customer], external_id: str) -> Customer:
    if customer := customers.filter(external_id=external_id, erased_at=None).first():
        return customer
    raise UnknownCustomer(f"There is no customer {external_id}.")


def _surrogate(customer: Customer) -> Customer:
    return Customer(
        pk=customer.pk,
        external_id=f"erased-{secrets.token_hex(8)}",
        is_guest=customer.is_guest,
        profiling_opt_out=True,
        erased_at=timezone.now(),
    )
