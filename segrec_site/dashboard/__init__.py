"""The dashboard: what happened lately, and the story behind it, from sums kept ahead."""
