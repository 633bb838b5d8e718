import os
import stat
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from pyarrow import parquet

from products.models import Product
from runs import queries, tasks
from runs.files import FileRefused
from runs.imports import uploads
from runs.models import Import

pytestmark = pytest.mark.django_db
FILE = b"id;Name;colour\n1;Mug;red\n2;Cup;\n;Pot;\n"


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.SEGREC_VAR = tmp_path


def upload(content: bytes = FILE, kind: str = "products", **options) -> Import:
    return uploads.create_import(SimpleUploadedFile("feed.csv", content), kind, **options)


def run(record: Import, **options) -> Import:
    uploads.request_import(record, **options)
    tasks.work_on_import(record.pk)
    record.refresh_from_db()
    return record


def test_an_upload_is_kept_for_us_alone():
    record = upload()

    assert Path(record.file_path).read_bytes() == FILE
    assert stat.S_IMODE(os.stat(record.file_path).st_mode) == 0o600
    assert (record.status, record.file_name) == ("uploaded", "feed.csv")


def test_a_preview_shows_what_the_file_looks_like_to_us():
    seen = uploads.preview(upload())

    assert (seen.format, seen.written) == ("canonical", "utf-8, parted by semicolons")
    assert {s.name: (s.parts, s.value) for s in seen.sources if s.parts} == {
        "id": (["id"], "1"),
        "title": (["Name"], "Mug"),
    }
    assert seen.others == ["colour"]
    assert seen.rows[0] == ["1", "Mug", "red"]


def test_a_preview_of_a_file_we_cannot_read_says_why():
    seen = uploads.preview(upload(b"a,b\n1,2\n"))

    assert seen.problem.startswith("feed.csv lacks id, title")


def test_a_worker_imports_it_and_the_record_says_what_it_came_to():
    record = run(upload())

    assert (record.status, record.created, record.rejected) == ("done", 2, 1)
    assert "is missing" in Path(record.rejects_path).read_text()
    assert Product.objects.count() == 2


def test_a_dry_run_leaves_the_file_to_be_imported():
    record = run(upload(), dry_run=True)
    assert (record.status, record.created) == ("uploaded", 2)
    assert not Product.objects.exists()

    assert run(record).status == "done"


def test_options_are_those_of_the_command():
    record = run(upload(b"sku,what\n1,Mug\n", mapping={"id": ["sku"], "title": ["what"]}))

    assert (record.status, record.created) == ("done", 1)


def test_a_refused_file_says_why():
    record = run(upload(), max_reject_share=0.1)

    assert record.status == "refused"
    assert "1 of 3 rows are rejected" in record.error


def test_a_message_handed_out_twice_has_one_effect():
    record = run(upload())
    finished = record.finished_at
    tasks.work_on_import(record.pk)
    record.refresh_from_db()

    assert record.finished_at == finished


def test_an_import_whose_worker_was_lost_is_found():
    record = upload()
    Import.objects.filter(pk=record.pk).update(status="running")
    assert uploads.imports_to_resume() == [record.pk]

    with queries.session_lock(queries.IMPORT_LOCKS_BELOW - record.pk):
        tasks.work_on_import(record.pk)
    record.refresh_from_db()
    assert record.status == "done"


def test_a_file_whose_message_was_lost_is_found_after_a_while():
    record = uploads.request_import(upload())
    assert uploads.imports_to_resume() == []

    asked_for = timezone.now() - uploads.FORGOTTEN
    Import.objects.filter(pk=record.pk).update(created_at=asked_for)

    assert uploads.imports_to_resume() == [record.pk]


def test_too_large_an_upload_is_refused(settings):
    settings.IMPORT_UPLOAD_BYTES = 10

    with pytest.raises(FileRefused, match="use the command"):
        upload()


def test_files_are_forgotten_in_time():
    record = run(upload())
    path, rejects = Path(record.file_path), Path(record.rejects_path)
    Import.objects.filter(pk=record.pk).update(created_at=timezone.now() - timedelta(days=31))

    assert uploads.forget_files() == 1
    assert not path.exists()
    assert not rejects.exists()


def test_a_preview_of_parquet_whose_rows_are_damaged_says_so(tmp_path):
    path = tmp_path / "a.parquet"
    parquet.write_table(pa.table({"id": ["a"] * 999, "title": map(str, range(999))}), path)
    content = path.read_bytes()
    half = len(content) // 2

    seen = uploads.preview(upload(content[:40] + b"\xff" * (half - 40) + content[half:]))

    assert "is damaged" in seen.problem


def test_a_format_that_files_of_a_kind_do_not_have_is_refused_in_words():
    record = upload(format="uci-retail")

    assert uploads.preview(record).problem == "No file of this kind is laid out as uci-retail."
    assert run(record).error == "No file of this kind is laid out as uci-retail."


def test_what_an_earlier_try_rejected_is_not_shown_of_a_later_one():
    record = run(upload(b"id;Name;price\n1;Mug;?\n2;Cup;2\n"), dry_run=True)
    assert record.rejected == 1

    uploads.read_otherwise(
        record, format="", dates="", chosen={"id": ["id"], "title": ["Name"], "price": []}
    )
    assert (record.rejected, record.rows_read, record.rejects_path) == (0, 0, "")

    record = run(record, dry_run=True)
    assert (record.created, record.rejected, record.rejects_path) == (2, 0, "")
    assert not uploads.rejects_path(record).exists()


def test_a_preview_names_as_attributes_what_is_kept_as_such():
    header = "ID,Type,SKU,Name,Regular price,Tax class,Attribute 1 name,Attribute 1 value(s)"

    seen = uploads.preview(upload(f"{header}\n1,simple,a,A,5,full,Size,L\n".encode()))

    assert (seen.format, seen.others) == (
        "woocommerce",
        ["Attribute 1 name", "Attribute 1 value(s)"],
    )
