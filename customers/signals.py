"""What customers' data tells those above it."""

from django.dispatch import Signal

# Sent on commit after orders were written: product_ids is a list, or None for many.
orders_changed = Signal()

# Sent on commit after segments were published or taken back.
segments_changed = Signal()

# Sent inside the transaction with customer=…; a receiver that fails undoes it all.
customer_erased = Signal()
customer_exported = Signal()
customer_searched = Signal()
