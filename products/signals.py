"""What the catalogue tells those above it."""

from django.dispatch import Signal

# Sent on commit by products.services, whoever called: product_ids is a list, or None for all.
catalogue_changed = Signal()

# Sent inside the transaction, before it commits, when products moved to another top category.
categories_changed = Signal()
