"""Staff pages of customers: who they are, what they bought, which segments they form."""

from customers.admin import audiences, customers, moves, orders, segments
