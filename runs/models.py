"""The record of long work: runs, their chunks, and imported files."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Run(models.Model):
    """One refresh of one kind of result, from request to publication and back."""

    class Status(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        HELD = "held"
        PUBLISHED = "published"
        SUPERSEDED = "superseded"
        DISCARDED = "discarded"
        REFUSED = "refused"
        FAILED = "failed"

    ACTIVE = (Status.WAITING, Status.RUNNING)

    kind = models.CharField(max_length=40)
    status = models.CharField(max_length=12, choices=Status, default=Status.WAITING)
    as_of = models.DateTimeField(null=True, blank=True, help_text="The data's clock.")
    parameters = models.JSONField(default=dict, blank=True)
    metrics = models.JSONField(default=dict, blank=True)
    reasons = models.JSONField(default=list, blank=True, help_text="[{code, text}], gates first.")
    error = models.TextField(blank=True)
    step = models.CharField(max_length=80, blank=True, help_text="What it does now, in words.")
    progress = models.FloatField(default=0, help_text="0 to 1.")
    attempts = models.PositiveSmallIntegerField(default=0)
    requested_by = models.CharField(max_length=150, blank=True)
    previous = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    prepared_at = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="run_status_known",
                condition=Q(
                    status__in=[
                        "waiting",
                        "running",
                        "held",
                        "published",
                        "superseded",
                        "discarded",
                        "refused",
                        "failed",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="run_progress_share", condition=Q(progress__gte=0, progress__lte=1)
            ),
            models.UniqueConstraint(
                name="run_one_published_a_kind",
                fields=["kind"],
                condition=Q(status="published"),
            ),
            models.UniqueConstraint(
                name="run_one_active_a_kind",
                fields=["kind"],
                condition=Q(status__in=["waiting", "running"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} run {self.pk}"

    @property
    def is_active(self) -> bool:
        return self.status in self.ACTIVE

    @property
    def seconds(self) -> float | None:
        """How long it took from its first start to its end."""
        if self.started_at and self.finished_at:
            return round((self.finished_at - self.started_at).total_seconds(), 3)
        return None


class Chunk(models.Model):
    """A part of a run that any worker may take; a worker holds its row's lock while it works."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="chunks")
    number = models.PositiveIntegerField()
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="chunk_once_a_run", fields=["run", "number"])]

    def __str__(self) -> str:
        return f"{self.run} chunk {self.number}"


class Import(models.Model):
    """One file read in, by whom, and what became of its rows."""

    class Status(models.TextChoices):
        UPLOADED = "uploaded"
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        REFUSED = "refused"
        FAILED = "failed"
        DISCARDED = "discarded"

    kind = models.CharField(max_length=20, help_text="products, customers, orders or rates")
    status = models.CharField(max_length=12, choices=Status, default=Status.WAITING)
    file_name = models.CharField(max_length=255)
    file_path = models.CharField(max_length=500, blank=True, editable=False)
    file_size = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    options = models.JSONField(default=dict, blank=True)
    format = models.CharField(max_length=40, blank=True)
    rows_read = models.BigIntegerField(default=0)
    created = models.BigIntegerField(default=0)
    updated = models.BigIntegerField(default=0)
    unchanged = models.BigIntegerField(default=0)
    skipped = models.BigIntegerField(default=0)
    rejected = models.BigIntegerField(default=0)
    warnings = models.JSONField(default=dict, blank=True)
    rejects_path = models.CharField(max_length=500, blank=True, editable=False)
    error = models.TextField(blank=True)
    progress = models.FloatField(default=0)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["sha256"], name="import_by_hash")]

    def __str__(self) -> str:
        return f"{self.kind} from {self.file_name}"
