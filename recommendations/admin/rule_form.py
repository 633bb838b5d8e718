"""The form of a rule: what each kind of rule needs, in sentences."""

from django import forms
from django.core.exceptions import ValidationError

from recommendations.models import Rule

Action, List = Rule.Action, Rule.List
# What a rule may be about: pins name a product, hiding and moving any one of these.
ABOUT = ("product", "category", "brand")
NEEDS = {
    Action.PIN: {"product", "position"},
    Action.HIDE: set(),
    Action.BOOST: {"factor"},
    Action.SAME: {"attribute"},
    Action.OTHER: {"attribute"},
}
DETAILS = {*ABOUT, *set().union(*NEEDS.values())}
SCOPES = ("beside", "within", "segment")
MOST_PLACES, LEAST_FACTOR, MOST_FACTOR = 100, 0.01, 100
BESIDE_A_PRODUCT = ("", List.SIMILAR, List.TOGETHER)
FOR_CUSTOMERS = ("", List.CUSTOMER, List.AGAIN)


class RuleForm(forms.ModelForm):
    """One rule; what its kind does not need must be empty."""

    class Meta:
        model = Rule
        fields = (
            "action",
            *ABOUT,
            "position",
            "factor",
            "attribute",
            "list",
            *SCOPES,
            "starts_at",
            "ends_at",
            "note",
        )

    def clean(self) -> dict:
        told = super().clean()
        given = {name for name in self.fields if told.get(name) not in (None, "")}
        if action := told.get("action"):
            self._check_details(action, told, given)
        self._check_reach(told, given)
        return told

    def clean_position(self) -> int | None:
        position = self.cleaned_data["position"]
        if position is not None and not 1 <= position <= MOST_PLACES:
            raise ValidationError(f"Places count from 1 to {MOST_PLACES}.")
        return position

    def clean_factor(self) -> float | None:
        factor = self.cleaned_data["factor"]
        if factor is not None and not LEAST_FACTOR <= factor <= MOST_FACTOR:
            raise ValidationError(f"Factors lie between {LEAST_FACTOR} and {MOST_FACTOR}.")
        return factor

    def _check_details(self, action: str, told: dict, given: set[str]) -> None:
        """Say what this kind of rule lacks, and what it has no use for."""
        is_about_any = action in (Action.HIDE, Action.BOOST)
        useful = NEEDS[action] | ({*ABOUT} if is_about_any else set())
        for name in sorted(NEEDS[action] - given - {*self.errors}):
            self.add_error(name, "This rule needs it.")
        for name in sorted(given & DETAILS - useful):
            self.add_error(name, "This rule has no use for it: leave it empty.")
        if is_about_any and len(given.intersection(ABOUT)) != 1 and "product" not in self.errors:
            self.add_error("product", "Name one product, or one category, or one brand.")
        if action in (Action.SAME, Action.OTHER) and told.get("list") not in BESIDE_A_PRODUCT:
            self.add_error("list", "Only lists beside a product can be compared with it.")

    def _check_reach(self, told: dict, given: set[str]) -> None:
        """Say where and when a rule cannot hold."""
        if len(given.intersection(SCOPES)) > 1:
            self.add_error(None, "Choose one product, one category or one segment to hold for.")
        if "segment" in given and told.get("list") not in FOR_CUSTOMERS:
            self.add_error("list", "Only lists for a customer know of segments.")
        starts, ends = told.get("starts_at"), told.get("ends_at")
        if starts and ends and starts >= ends:
            self.add_error("ends_at", "A rule ends after it begins.")
