"""Saved audiences, and who took which customers out of the shop."""

from django.conf import settings
from django.db import models

from customers.audiences import Criteria
from customers.models.segments import Segment


class Audience(models.Model):
    """Customers who meet some conditions, whoever they are by then."""

    name = models.CharField(max_length=80, unique=True)
    criteria = models.JSONField(default=dict, help_text="As customers.audiences.Criteria.")
    customers = models.IntegerField(null=True, editable=False, help_text="When last counted.")
    counted_at = models.DateTimeField(null=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name"]
        permissions = [("export_audience", "Can export audiences and segments")]

    def __str__(self) -> str:
        return self.name

    @property
    def conditions(self) -> Criteria:
        """The conditions as arithmetic knows them."""
        return Criteria.from_json(self.criteria)


class Export(models.Model):
    """A list of customers that somebody took out: kept, whatever becomes of its source."""

    segment = models.ForeignKey(Segment, models.PROTECT, null=True, related_name="+")
    audience = models.ForeignKey(Audience, models.SET_NULL, null=True, related_name="+")
    source = models.CharField(max_length=120, help_text="What it was called then.")
    format = models.CharField(max_length=20)
    everyone = models.BooleanField(help_text="Also those who did not agree to marketing.")
    customers = models.IntegerField(default=0, help_text="Lines handed out.")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    requested_by = models.CharField(max_length=150)
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, help_text="None: broken off.")

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.source} as {self.format}"
