"""The form of a rule: what each kind of rule needs, in sentences."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from customers.models import Customer, Segment
from customers.queries.pages import segments_alive
from products.models import Product
from products.queries import product_by_external_id
from recommendations.models import Rule
from recommendations.queries import rules as queries
from recommendations.queries.shop import products_found
from recommendations.services.rules import BESIDE_A_PRODUCT, FOR_CUSTOMERS, WITH_PRODUCTS
from recommendations.spelling import near

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
ABOUT_ANY = (Action.HIDE, Action.BOOST)
DETAILS = {*ABOUT, *set().union(*NEEDS.values())}
SCOPES = ("beside", "within", "segment")
COMPARING = (Action.SAME, Action.OTHER)
# Lists that know of a scope; the others know no product, or no customer.
LISTS_OF = {"beside": WITH_PRODUCTS, "segment": FOR_CUSTOMERS}
# What there must be in the catalogue, and what it is there.
NAMED = {"category": "category", "brand": "brand", "attribute": "attribute", "within": "category"}
MOST_PLACES, LEAST_FACTOR, MOST_FACTOR = 100, 0.01, 100
FOUND = 8


class ProductField(forms.ModelChoiceField):
    """A product by the shop's own id, whatever its case; titles help to find it."""

    widget = forms.TextInput(attrs={"list": "products", "autocomplete": "off"})

    def __init__(self, **options):
        super().__init__(Product.objects.all(), required=False, **options)

    def prepare_value(self, value: object) -> object:
        """Show the id of a stored product."""
        if isinstance(value, int):
            value = Product.objects.filter(pk=value).first()
        return value.external_id if isinstance(value, Product) else value

    def to_python(self, value: object) -> Product | None:
        told = str(value or "").replace("\0", "").strip()
        if not told:
            return None
        if found := product_by_external_id(told).first():
            return found
        meant = [f"{row.id} ({row.title})" for row in products_found(told, 3)]
        raise ValidationError(_unknown(f"No product has the id “{told}”.", meant))


class RuleForm(forms.ModelForm):
    """One rule; what its kind does not need must be empty."""

    product = ProductField(help_text="Its id; type words of its title to find it.")
    beside = ProductField(
        label="Beside the product",
        help_text="Only in lists beside this one, and for baskets that hold it.",
    )
    segment = forms.ModelChoiceField(
        Segment.objects.none(),
        required=False,
        label="For the segment",
        empty_label="Everybody",
        help_text="Only in lists for its customers.",
    )

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

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "action" not in self.fields:  # to be looked at only
            return
        self.fields["action"].choices = [("", "Choose…"), *Action.choices]
        self.fields["list"].choices = [("", "Every list"), *List.choices]
        self.fields["list"].help_text = ""
        self.fields["segment"].queryset = segments_alive()
        for name, field in self.fields.items():
            told = field.widget.attrs
            if name in DETAILS:
                told["data-for"] = " ".join(kind for kind in Action if name in useful(kind))
            if name in LISTS_OF:
                told["data-in"] = " ".join(LISTS_OF[name])
            if name in NAMED:
                told["list"] = f"names-{NAMED[name]}"
        self.fields["segment"].widget.attrs["data-for"] = " ".join(set(Action) - set(COMPARING))

    def clean(self) -> dict:
        told = super().clean()
        given = {name for name in self.fields if told.get(name) not in (None, "")}
        if action := told.get("action"):
            self._check_details(action, told, given)
        self._check_reach(told, given)
        self._check_names(told, given)
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
        for name in sorted(NEEDS[action] - given - {*self.errors}):
            self.add_error(name, "This rule needs it.")
        for name in sorted(given & DETAILS - useful(action)):
            self.add_error(name, "This rule has no use for it: leave it empty.")
        is_about_one = len(given.intersection(ABOUT)) == 1 or "product" in self.errors
        if action in ABOUT_ANY and not is_about_one:
            self.add_error("product", "Name one product, or one category, or one brand.")
        if action in COMPARING and told.get("list") not in ("", *BESIDE_A_PRODUCT):
            self.add_error("list", "Only lists beside a product can be compared with it.")

    def _check_reach(self, told: dict, given: set[str]) -> None:
        """Say where and when a rule cannot hold."""
        if len(given.intersection(SCOPES)) > 1:
            self.add_error(None, "Choose one product, one category or one segment to hold for.")
        if "segment" in given and told.get("list") not in ("", *FOR_CUSTOMERS):
            self.add_error("list", "Only lists for a customer know of segments.")
        if "beside" in given and told.get("list") not in ("", *WITH_PRODUCTS):
            self.add_error("list", "Only lists beside a product, or for a basket, know of one.")
        starts, ends = told.get("starts_at"), told.get("ends_at")
        if starts and ends and starts >= ends:
            self.add_error("ends_at", "A rule ends after it begins.")

    def _check_names(self, told: dict, given: set[str]) -> None:
        """Say which names no product has; a rule that begins later may name what is to come."""
        starts = told.get("starts_at")
        if starts and starts > timezone.now():
            return
        for name, kind in NAMED.items():
            is_new = told.get(name) != getattr(self.instance, name)
            if name in given and is_new and not queries.is_known(kind, told[name]):
                meant = near(told[name], getattr(queries.names(), kind))
                no_such = f"No product has the {kind} “{told[name]}”."
                self.add_error(name, _unknown(no_such, meant))


class SeenForm(forms.Form):
    """What the lists of a preview stand beside, and for whom they are made."""

    seen = ProductField(label="Lists beside the product")
    whose = forms.CharField(label="Lists for the customer", required=False, max_length=100)

    def __init__(self, *args, may_see_people: bool, **kwargs):
        super().__init__(*args, **kwargs)
        if not may_see_people:
            del self.fields["whose"]

    def clean_whose(self) -> Customer | None:
        told = self.cleaned_data["whose"]
        found = Customer.objects.filter(external_id=told, erased_at=None).first()
        if told and not found:
            raise ValidationError(f"No customer has the id “{told}”.")
        return found


def useful(action: str) -> set[str]:
    """Return the details that a kind of rule has a use for."""
    return NEEDS[action] | ({*ABOUT} if action in ABOUT_ANY else set())


def _unknown(sentence: str, meant: list[str]) -> str:
    return f"{sentence} Did you mean {' or '.join(meant)}?" if meant else sentence
