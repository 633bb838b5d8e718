"""API keys: who may call, from where, until when."""

import re
from contextlib import suppress

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from runs import stamps

ORIGIN = re.compile(r"https?://[^\s/?#@,]+")
USUAL_PORTS = {"http": ":80", "https": ":443"}


class ApiKey(models.Model):
    """A key of the API; only a hash of its secret half is kept."""

    class Kind(models.TextChoices):
        STOREFRONT = "storefront", "Storefront (pk_, safe in a page)"
        CRM = "crm", "CRM (sk_, secret)"

    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=10, choices=Kind)
    prefix = models.CharField(max_length=16, unique=True, editable=False)
    digest = models.CharField(max_length=128, editable=False)
    read_only = models.BooleanField(default=False)
    origins = ArrayField(
        models.CharField(max_length=300),
        default=list,
        blank=True,
        help_text="Pages of these sites only, as https://shop.example, parted by commas.",
    )
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-id"]
        verbose_name = "API key"
        constraints = [
            models.CheckConstraint(
                name="api_key_kind_known", condition=Q(kind__in=["storefront", "crm"])
            )
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs) -> None:
        """Let every process read the keys anew."""
        with transaction.atomic():
            stamps.changing(stamps.KEYS)
            super().save(*args, **kwargs)

    def clean(self) -> None:
        """Write origins as browsers send them; refuse what is none."""
        self.origins = list(map(_as_sent, self.origins))
        if self.kind == self.Kind.CRM and self.origins:
            raise ValidationError(
                {"origins": "A secret key does not belong in a page, so it has no origins."}
            )
        for origin in self.origins:
            if not ORIGIN.fullmatch(origin):
                raise ValidationError(
                    {"origins": f"{origin} is no origin; one looks like https://shop.example."}
                )

    @property
    def state(self) -> str:
        """Whether it can be used: active, expired or revoked."""
        if self.revoked_at:
            return "revoked"
        return "expired" if self.expires_at and self.expires_at <= timezone.now() else "active"


def _as_sent(origin: str) -> str:
    """Write an origin as browsers do: without the usual port, the name in ASCII."""
    scheme, mark, host = origin.strip().lower().rstrip("/").partition("://")
    host = host.removesuffix(USUAL_PORTS.get(scheme, "/"))
    if not host.isascii():
        with suppress(UnicodeError):
            host = host.encode("idna").decode()
    return f"{scheme}{mark}{host}"
