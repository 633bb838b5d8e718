"""A rule tried on a product's page: read from the address, shown in the lists, not kept."""

from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from products.models import Product
from products.queries import product_by_external_id
from recommendations.admin.rule_form import RuleForm
from recommendations.models import Rule
from recommendations.queries.situations import Situation
from recommendations.services.rules import with_draft

TOLD = ("action", "product", "category", "brand", "position", "factor", "attribute", "list")
HERE, IN_CATEGORY, ANYWHERE = "here", "category", "anywhere"


class TriedRule:
    """What was filled in, what is wrong with it, and what it would do."""

    actions, lists = Rule.Action.choices, Rule.List.choices[:2]

    def __init__(self, asked: QueryDict, product: Product):
        self.told = {name: asked.get(name, "").strip() for name in TOLD}
        self.reach = asked.get("reach", HERE)
        self.form = RuleForm(self._rows(product)) if self.told["action"] else None
        self.is_shown = bool(self.form and self.form.is_valid())

    @property
    def errors(self) -> list[str]:
        """What is wrong, field by field."""
        if not self.form or self.is_shown:
            return []
        wrong = self.form.errors.items()
        return [
            text if name == "__all__" else f"{name.replace('_', ' ').capitalize()}: {text}"
            for name, texts in wrong
            for text in texts
        ]

    @property
    def keep_url(self) -> str:
        """Where the rule is made for good, filled in as it was tried."""
        given = {name: value for name, value in self.form.data.items() if value}
        return f"{reverse('admin:recommendations_rule_add')}?{urlencode(given)}"

    def applied(self, here: Situation, list_name: str) -> Situation:
        """Return the situation as if the rule held; as it is, without one that can."""
        return with_draft(here, self.form.instance, list_name) if self.is_shown else here

    def _rows(self, product: Product) -> dict[str, object]:
        """Return the fields of a rule: ids of products as keys, the reach as one of them."""
        about = self.told["product"]
        found = about and product_by_external_id(about).values_list("pk", flat=True).first()
        reach = {"beside": product.pk} if self.reach == HERE else {}
        if self.reach == IN_CATEGORY:
            reach = {"within": product.product_type}
        return self.told | {"product": (found or 0) if about else ""} | reach
