"""Rules of merchandisers: pin, hide, move, same or other attribute."""

from django.contrib import admin
from django.db.models import Field, QuerySet
from django.forms import Field as FormField
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString

from customers.queries.pages import segments_alive
from recommendations.admin.rule_form import SCOPES, RuleForm
from recommendations.models import Rule
from recommendations.services import rules
from runs.cells import day, pill

STATES = {"in force": "good", "coming": "plain", "over": "plain"}


class StateFilter(admin.SimpleListFilter):
    """By whether a rule holds now."""

    title, parameter_name = "state", "state"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list:
        return [(state, state) for state in STATES]

    def queryset(self, request: HttpRequest, found: QuerySet) -> QuerySet:
        now = timezone.now()
        return {
            "coming": found.filter(starts_at__gt=now),
            "over": found.filter(ends_at__lte=now),
            "in force": found.exclude(starts_at__gt=now).exclude(ends_at__lte=now),
        }.get(self.value(), found)


@admin.register(Rule)
class RuleAdmin(admin.ModelAdmin):
    """Rules, the newest first; each is tried on the page of a product's recommendations."""

    form = RuleForm
    list_display = ("rule", "holds_for", "state", "starts", "ends", "note")
    list_filter = (StateFilter, "action", "list")
    list_select_related = ("product", "beside", "segment")
    search_fields = ("product__title", "product__external_id", "category", "brand", "note")
    search_help_text = "Product, category, brand or note"
    autocomplete_fields = ("product", "beside")
    list_per_page = 50
    show_full_result_count = False
    empty_template = "admin/recommendations/rule/empty.html"
    add_words = "New rule"
    actions = None
    fieldsets = (
        (None, {"fields": ("action", "product", "category", "brand")}),
        ("How", {"fields": ("position", "factor", "attribute")}),
        ("Where", {"fields": ("list", *SCOPES)}),
        ("When", {"fields": ("starts_at", "ends_at", "note")}),
    )

    def formfield_for_dbfield(
        self, db_field: Field, request: HttpRequest, **kwargs
    ) -> FormField | None:
        """Offer present segments, and no way from here into other things."""
        if db_field.name == "segment":
            kwargs["queryset"] = segments_alive()
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        for way in ("add", "change", "delete", "view"):
            if field and hasattr(field.widget, f"can_{way}_related"):
                setattr(field.widget, f"can_{way}_related", False)
        return field

    @admin.display(ordering="action")
    def rule(self, rule: Rule) -> str:
        return in_words(rule)

    @admin.display(description="holds for")
    def holds_for(self, rule: Rule) -> str:
        return reach(rule)

    @admin.display
    def state(self, rule: Rule) -> SafeString:
        return pill(state_of(rule), STATES[state_of(rule)])

    @admin.display(description="from", ordering="starts_at")
    def starts(self, rule: Rule) -> str | None:
        return rule.starts_at and day(rule.starts_at)

    @admin.display(description="until", ordering="ends_at")
    def ends(self, rule: Rule) -> str | None:
        return rule.ends_at and day(rule.ends_at)

    def save_model(self, request: HttpRequest, obj: Rule, form: RuleForm, change: bool) -> None:
        rules.save_rule(obj)

    def delete_model(self, request: HttpRequest, obj: Rule) -> None:
        rules.delete_rules([obj])


def in_words(rule: Rule) -> str:
    """Say what a rule does: "Pin Blue mug to place 1", "Hide all of Acme"."""
    about = str(rule.product) if rule.product else f"all of {rule.category or rule.brand}"
    return {
        Rule.Action.PIN: f"Pin {about} to place {rule.position}",
        Rule.Action.HIDE: f"Hide {about}",
        Rule.Action.BOOST: f"Move {about} by {rule.factor or 1:g}",
        Rule.Action.SAME: f"Show only the same {rule.attribute}",
        Rule.Action.OTHER: f"Show only another {rule.attribute}",
    }[rule.action]


def reach(rule: Rule) -> str:
    """Say which lists a rule holds for."""
    lists = rule.get_list_display() if rule.list else "All lists"
    if rule.beside:
        return f"{lists}, beside {rule.beside}"
    if rule.within:
        return f"{lists}, in {rule.within}"
    return f"{lists}, for {rule.segment}" if rule.segment else lists


def state_of(rule: Rule) -> str:
    """Say whether a rule holds now."""
    now = timezone.now()
    if rule.ends_at and rule.ends_at <= now:
        return "over"
    return "coming" if rule.starts_at and rule.starts_at > now else "in force"
