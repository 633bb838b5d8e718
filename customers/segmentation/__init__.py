"""Coordinates in, segments out: fit and assign, choose k, drift, matching, evidence, gates, why."""
