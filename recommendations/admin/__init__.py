"""Staff pages of recommendations."""

from recommendations.admin import online, products, rules
