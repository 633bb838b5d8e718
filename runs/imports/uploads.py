"""Files handed over by staff: kept, looked into, imported by a worker, and forgotten in time."""

import hashlib
import logging
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.core.files import File
from django.db import InterfaceError, OperationalError
from django.db.models import Q, QuerySet
from django.utils import timezone

from runs import queries
from runs.about import about
from runs.files import FileRefused
from runs.imports import importers, previews
from runs.imports.previews import Preview
from runs.imports.reading import Options
from runs.imports.summary import COUNTS, Summary
from runs.models import Import
from runs.trouble import in_words

logger = logging.getLogger(__name__)
Status = Import.Status
ACTIVE = (Status.WAITING, Status.RUNNING)
SETTLED = (*ACTIVE, Status.DONE)
# A file that waits for so long may have lost its message, with a broker that lost its queues.
FORGOTTEN = timedelta(minutes=2)
# What an import, or a try, came to.
RESULTS = ("format", "rows_read", *COUNTS, "warnings", "rejects_path")
# What stays when a file is to be read otherwise.
LASTING = ("complete", "max_reject_share")


def create_import(file: File, kind: str, user=None, **options) -> Import:
    """Keep an uploaded file outside the web root, readable by nobody else.

    Options are those of the commands: format, mapping, dates, complete, max_reject_share.
    """
    if file.size > settings.IMPORT_UPLOAD_BYTES:
        raise FileRefused(
            f"The file is larger than {settings.IMPORT_UPLOAD_BYTES >> 20} MB; use the command."
        )
    importers.get(kind)
    path = _folder() / f"{uuid4().hex}{''.join(Path(file.name).suffixes[-2:])[:20]}"
    digest = hashlib.sha256()
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as kept:
        for chunk in file.chunks():
            kept.write(chunk)
            digest.update(chunk)
    return Import.objects.create(
        kind=kind,
        status=Status.UPLOADED,
        file_name=Path(file.name).name[-255:],
        file_path=str(path),
        file_size=file.size,
        sha256=digest.hexdigest(),
        options=options,
        requested_by=user,
    )


def preview(record: Import) -> Preview:
    """Say how a kept file would be read, and show its first rows."""
    return previews.preview(record, options_of(record))


def read_otherwise(
    record: Import, *, format: str, dates: str, chosen: Mapping[str, Sequence[str]]
) -> Import:
    """Change how a kept file is read; `chosen` names for columns of ours those of the file."""
    kept = {name: value for name, value in record.options.items() if name in LASTING}
    given = {"format": format, "dates": dates}
    record.options = kept | {name: value for name, value in given.items() if value}
    if format in ("", previews.OPEN):
        mapping = previews.chosen_mapping(record, options_of(record), chosen)
        record.options |= {"mapping": mapping} if mapping else {}
    _forget_results(record)
    record.save(update_fields=["options", *RESULTS])
    return record


def done_before(record: Import) -> Import | None:
    """Return the latest import of the very same file, if there was one."""
    same = Import.objects.filter(sha256=record.sha256, kind=record.kind, status=Status.DONE)
    return same.exclude(pk=record.pk).first() if record.sha256 else None


def request_import(record: Import, *, dry_run: bool = False, **options) -> Import:
    """Let a kept file be imported, or only tried; the caller hands it to a worker."""
    record.options |= options | {"dry_run": dry_run}
    record.status, record.error, record.progress = Status.WAITING, "", 0
    record.save(update_fields=["options", "status", "error", "progress"])
    return record


def run_import(import_id: int) -> Import | None:
    """Import a kept file, once, whoever else tries; what it came to is kept with it."""
    lock = queries.session_lock(queries.IMPORT_LOCKS_BELOW - import_id)
    with about(import_id=import_id), lock as held:
        record = Import.objects.filter(pk=import_id).first()
        if not held or not record or record.status not in ACTIVE:
            return record
        record.status, record.started_at = Status.RUNNING, timezone.now()
        _forget_results(record)
        record.save(update_fields=["status", "started_at", *RESULTS])
        try:
            with queries.import_progress(record) as note:
                options = replace(options_of(record), progress=note)
                summary = importers.get(record.kind).read(Path(record.file_path), options)
        except (OperationalError, InterfaceError):
            raise  # the servers are away; it is tried again when they are back
        except FileRefused as problem:
            text = str(problem).replace(Path(record.file_path).name, record.file_name)
            _end(record, Status.REFUSED, text)
        except Exception as problem:
            logger.exception("%s failed", record)
            _end(record, Status.FAILED, in_words(problem))
        else:
            if options.dry_run:
                summary.note_in(record)
                record.options |= {"dry_run": False, "tried": True}
                _end(record, Status.UPLOADED)
            elif summary.names_erased:
                _forget(Import.objects.filter(pk=record.pk))
    return record


def is_open(record: Import) -> bool:
    """Say whether a kept file may still be read, read otherwise, or discarded."""
    return bool(record.file_path) and record.status not in SETTLED


def discard(record: Import) -> bool:
    """Delete a kept file that nobody wants imported; say whether it still could be."""
    still_open = Import.objects.filter(pk=record.pk).exclude(file_path="")
    still_open = still_open.exclude(status__in=SETTLED)
    if not still_open.update(status=Status.DISCARDED, error="", finished_at=timezone.now()):
        return False
    _forget(Import.objects.filter(pk=record.pk))
    record.refresh_from_db()
    logger.info("%s is discarded", record)
    return True


def options_of(record: Import) -> Options:
    """Return a record's options, with its list of rejects beside its file."""
    given = dict(record.options)
    names = ("format", "dates", "complete", "dry_run", "max_reject_share")
    return Options(
        **{name: given[name] for name in names if name in given},
        mapping={name: tuple(sources) for name, sources in given.get("mapping", {}).items()},
        rejects=rejects_path(record),
        record=record,
    )


def rejects_path(record: Import) -> Path:
    """Return where the rejected rows of a kept file are listed, once there are some."""
    return Path(f"{record.file_path}.rejects.csv")


def imports_to_resume() -> Iterable[int]:
    """Return kept files whose worker was lost, or whose turn seems to have been forgotten."""
    waiting_too_long = timezone.now() - FORGOTTEN
    found = Import.objects.filter(
        Q(status=Status.RUNNING) | Q(status=Status.WAITING, created_at__lt=waiting_too_long)
    ).exclude(file_path="")
    ids = found.values_list("pk", flat=True)
    return [pk for pk in ids if queries.is_free(queries.IMPORT_LOCKS_BELOW - pk)]


def forget_files() -> int:
    """Delete kept files, and their rejects, after FILES_KEPT_DAYS; the records stay."""
    old = timezone.now() - timedelta(days=settings.FILES_KEPT_DAYS)
    return _forget(Import.objects.filter(created_at__lt=old))


def forget_files_of(*kinds: str) -> int:
    """Delete all kept files of these kinds, and their rejects, but those that are being read."""
    return _forget(Import.objects.filter(kind__in=kinds).exclude(status__in=ACTIVE))


def _forget(records: QuerySet[Import]) -> int:
    kept = list(records.exclude(file_path=""))
    for record in kept:
        Path(record.file_path).unlink(missing_ok=True)
        rejects_path(record).unlink(missing_ok=True)
    Import.objects.filter(pk__in=[record.pk for record in kept]).update(
        file_path="", rejects_path=""
    )
    return len(kept)


def _forget_results(record: Import) -> None:
    """Forget what an earlier try came to, and the rows that it rejected."""
    Summary().note_in(record)
    rejects_path(record).unlink(missing_ok=True)
    record.rejects_path = ""


def _folder() -> Path:
    folder = settings.SEGREC_VAR / "files" / "imports"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if shutil.disk_usage(folder).free < 2 * settings.IMPORT_UPLOAD_BYTES:
        raise FileRefused("The disk is nearly full, so no file is taken.")
    return folder


def _end(record: Import, status: str, error: str = "") -> None:
    rejects = rejects_path(record)
    record.status, record.error, record.finished_at = status, error, timezone.now()
    record.rejects_path = str(rejects) if rejects.exists() else ""
    record.save()
