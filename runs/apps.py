"""Runs: the ground floor."""

from django.apps import AppConfig


class RunsConfig(AppConfig):
    """Knows no other app; others register their kinds with it."""

    name = "runs"
    verbose_name = "Runs and imports"
