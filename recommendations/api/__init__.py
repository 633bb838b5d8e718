"""Recommendations over HTTP: a module a subject."""
