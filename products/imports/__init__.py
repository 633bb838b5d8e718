"""Files of products: the formats, and what each column may hold.

header -> format -> rows by canonical names -> checked cells.
"""

from products.imports.canonical import CANONICAL, COLUMNS
from products.imports.shopify import SHOPIFY
from products.imports.woocommerce import WOOCOMMERCE

FORMATS = (SHOPIFY, WOOCOMMERCE, CANONICAL)

__all__ = ["COLUMNS", "FORMATS"]
