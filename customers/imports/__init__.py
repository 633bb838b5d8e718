"""Files of orders, customers and rates: the formats, and what each column may hold.

header -> format -> rows by canonical names -> checked cells.
"""
