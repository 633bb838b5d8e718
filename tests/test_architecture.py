"""What import-linter cannot see: foreign keys by name, and ways back up through the ORM."""

import tomllib
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import Model

PROJECT = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text())
# From the ground up; each may know those before it.
APPS = PROJECT["tool"]["importlinter"]["contracts"][0]["layers"][::-1]
MODELS = [model for app in APPS for model in apps.get_app_config(app).get_models()]


def floor(model: type[Model]) -> int:
    """Django's own tables lie below all of ours."""
    return APPS.index(model._meta.app_label) if model._meta.app_label in APPS else -1


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_no_foreign_key_points_to_a_higher_app(model):
    keys = [field for field in model._meta.get_fields() if field.is_relation]

    forward = [field for field in keys if not field.auto_created]

    assert [key.name for key in forward if floor(key.related_model) > floor(model)] == []


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_no_higher_app_can_be_queried_from_below(model):
    seen_from_here = [field for field in model._meta.get_fields() if field.is_relation]

    backward = [way for way in seen_from_here if way.auto_created]

    assert [way.name for way in backward if floor(way.related_model) > floor(model)] == []


def test_the_floors_are_the_five_apps_from_runs_up():
    assert APPS == ["runs", "products", "customers", "recommendations", "segrec_site"]
