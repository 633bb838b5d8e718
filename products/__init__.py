"""The catalogue: what a shop sells, and how it gets in.

files, API, admin -> services -> Product -> catalogue_changed.
"""
