"""A moment as one field with one label, in place of Django's two that have none."""

from django import forms
from django.conf import settings
from django.db import models

ONE_FIELD = {
    models.DateTimeField: {
        "form_class": forms.DateTimeField,
        "widget": forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        "help_text": f"In the shop’s time zone, {settings.TIME_ZONE}.",
    }
}
