"""Recommendations: what to show next."""

from django.apps import AppConfig


class RecommendationsConfig(AppConfig):
    """Knows customers, products and runs; registers its kinds, listens to the catalogue."""

    name = "recommendations"
