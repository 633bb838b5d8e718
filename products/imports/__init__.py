"""Files of products: the formats, and what each column may hold.

header -> format -> rows by canonical names -> checked cells.
"""

from products.imports.canonical import CANONICAL, COLUMNS

FORMATS = (CANONICAL,)

__all__ = ["COLUMNS", "FORMATS"]
