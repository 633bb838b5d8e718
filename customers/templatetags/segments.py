"""Segments' faces in templates."""

from django import template

from customers import cells

register = template.Library()
register.filter("face", cells.face)
register.filter("chip", cells.chip)
