"""Refreshing segments: what is published -> what is found now -> who moves -> stored, published."""
