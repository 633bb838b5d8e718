"""Customers in, from files and from the API."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from customers.identities import email_digest, guest_id, id_digest, key_mark
from customers.imports.customers import COLUMNS, FORMATS
from customers.queries import customers, ledger, people, totals
from runs.copying import copy_text, staged
from runs.imports import DEFAULTS, Block, FileRows, GivenRows, Options, Summary, Written, flat
from runs.imports.importers import Importer
from runs.queries import PUBLISH_LOCK, published_run, transaction_lock


def import_customers(path: str | Path, options: Options = DEFAULTS) -> Summary:
    """Read a file of customers."""
    with (
        FileRows("customers", path, FORMATS, COLUMNS, options) as rows,
        staged("staged_customer", customers.STAGED_CUSTOMER, _staged_columns(rows.blocks())),
        rows.storing() as summary,
    ):
        store_customers(summary)
    return summary


def upsert_customers(rows: list[dict[str, Any]]) -> Written:
    """Write customers given by the names of their columns; wrong ones are left out and named."""
    given = GivenRows([flat(row) for row in rows], COLUMNS, keeps_other_columns=True)
    with (
        staged("staged_customer", customers.STAGED_CUSTOMER, _staged_columns(given.blocks())),
        given.storing() as summary,
    ):
        store_customers(summary)
    return given.written()


def store_customers(summary: Summary) -> None:
    """Write the staged customers; guests of their e-mails become them.

    Who opts out of profiling leaves their segment at once.
    """
    confirm_key()
    customers.stage_people()
    leaves = customers.someone_opts_out()
    if leaves:
        transaction_lock(PUBLISH_LOCK)  # before any row is locked that a publication may wait for
    joined = people.find_people(erasure_digests)
    summary.names_erased = people.any_erased()
    changes = customers.update_customers()
    if leaves and (run := published_run("segments")):
        ledger.leave_opted_out(run)
    summary.created, summary.updated = changes.created, changes.updated
    summary.unchanged = changes.unchanged
    summary.skip("the same id again, the last row counts", changes.repeated)
    summary.skip("erased", changes.erased)
    if joined:
        totals.recompute_totals(joined)


def confirm_key() -> None:
    """Refuse any key but the one by which guests and erased persons of this shop are known."""
    if not people.is_the_shops_key(key_mark(settings.ERASURE_KEY)):
        raise ImproperlyConfigured(
            "ERASURE_KEY is not the one by which guests and erased persons of this shop are known:"
            " set it to what it was."
        )


def erasure_digests(external_id: str, email: str) -> list[str]:
    """Return what would be kept of these, had the person been erased."""
    key = settings.ERASURE_KEY
    found = [id_digest(external_id, key)] if external_id else []
    return [*found, email_digest(email, key)] if email else found


def _staged_columns(blocks: Iterable[Block]) -> Iterator[list[list[str]]]:
    for block in blocks:
        rows = [
            [line, row["customer_id"], _guest(row.get("email")), row | {"attributes": others}]
            for line, row, others in zip(block.lines, block.rows(), block.others, strict=True)
        ]
        yield [list(map(copy_text, column)) for column in zip(*rows, strict=True)]


def _guest(email: str | None) -> str | None:
    return guest_id(email, settings.ERASURE_KEY) if email else None


IMPORTER = Importer(import_customers, lambda: FORMATS, COLUMNS)
