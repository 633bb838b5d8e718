"""Rules of merchandisers: pin, hide, move, same or other attribute."""

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import Script
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.utils import timezone
from django.utils.safestring import SafeString

from recommendations.admin import previewing
from recommendations.admin.rule_form import ABOUT, SCOPES, RuleForm
from recommendations.models import Rule
from recommendations.queries.rules import names, products_of
from recommendations.services import rules
from runs.admin.moments import ONE_FIELD
from runs.cells import day, number, pill

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
    """Rules, the newest first; what one would change is seen while it is filled in."""

    form = RuleForm
    list_display = ("rule", "about", "holds_for", "state", "starts", "ends", "note")
    number_columns = ("about",)
    list_filter = (StateFilter, "action", "list")
    list_select_related = ("product", "beside", "segment")
    search_fields = ("product__title", "product__external_id", "category", "brand", "note")
    search_help_text = "Product, category, brand or note"
    formfield_overrides = ONE_FIELD
    list_per_page = 50
    show_full_result_count = False
    empty_template = "admin/recommendations/rule/empty.html"
    add_words = "New rule"
    actions = None
    fieldsets = (
        (None, {"fields": ("action", *ABOUT, "position", "factor", "attribute")}),
        ("Where", {"fields": ("list", *SCOPES)}),
        ("When", {"fields": ("starts_at", "ends_at", "note")}),
    )

    class Media:
        js = [Script("segrec/rules.js", defer=True)]

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Count what the rules of the page are about, all at once."""
        found = super().get_changelist_instance(request)
        for rule, count in zip(found.result_list, products_of(found.result_list), strict=True):
            rule.products = count
        return found

    def render_change_form(self, request: HttpRequest, context: dict, **how) -> HttpResponse:
        """Offer names to choose from, and say beside which product the preview begins."""
        rule, asked = context.get("original"), request.GET
        beside = rule.beside.external_id if rule and rule.beside else asked.get("beside", "")
        context |= {"names": names(), "seen": asked.get("seen", beside)}
        return super().render_change_form(request, context, **how)

    def get_urls(self) -> list:
        view = self.admin_site.admin_view(self.preview)
        return [path("preview/", view, name="recommendations_rule_preview"), *super().get_urls()]

    def preview(self, request: HttpRequest) -> HttpResponse:
        """Show what the rule in the address would change, while it is filled in."""
        if not (self.has_add_permission(request) or self.has_change_permission(request)):
            raise PermissionDenied
        kept = request.GET.get("rule", "")
        rule = get_object_or_404(Rule, pk=kept) if kept.isdecimal() else None
        facts = previewing.facts(request, rule)
        return render(request, "admin/recommendations/rule/preview.html", facts)

    @admin.display(ordering="action")
    def rule(self, rule: Rule) -> str:
        return in_words(rule)

    @admin.display(description="holds for")
    def holds_for(self, rule: Rule) -> str:
        return reach(rule)

    @admin.display
    def state(self, rule: Rule) -> SafeString:
        return pill(state_of(rule), STATES[state_of(rule)])

    @admin.display(description="products on sale")
    def about(self, rule: Rule) -> str:
        return number(rule.products)

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
