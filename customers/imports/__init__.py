"""Files of orders, customers and rates: the formats, and what each column may hold.

header -> format -> rows by canonical names -> checked cells.
"""

import re
from collections.abc import Mapping

from customers.imports import orders
from customers.imports.shopify_orders import SHOPIFY
from customers.imports.uci_retail import uci_retail
from runs.imports import Format


def order_formats(not_goods: Mapping[str, re.Pattern]) -> tuple[Format, ...]:
    """Return the formats of order files, the most particular first."""
    return SHOPIFY, uci_retail(not_goods), orders.CANONICAL
