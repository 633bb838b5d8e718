"""Moves between segments: who, from where to where, when, and why."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from customers import cells
from customers.models import Move
from customers.queries import moves as queries
from customers.queries import pages
from customers.words import CAUSES, why
from runs.admin.seen import ListedOnly
from runs.cells import NOTHING, day
from runs.paging import EstimatedPaginator

RUNS_OFFERED = 12
NOBODYS = "none"


class RunFilter(admin.SimpleListFilter):
    """By the run that moved them."""

    title, parameter_name = "run", "run"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list:
        runs = queries.runs_published(RUNS_OFFERED)
        return [(str(run.pk), f"{day(run.as_of)} (run {run.pk})") for run in runs]

    def queryset(self, request: HttpRequest, moves: QuerySet[Move]) -> QuerySet[Move]:
        chosen = self.value() or ""
        return moves.filter(run=chosen) if chosen.isdecimal() else moves


class SideFilter(admin.SimpleListFilter):
    """By one side of the move."""

    side: str

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list:
        return [*pages.segment_names().items(), (NOBODYS, "No segment")]

    def queryset(self, request: HttpRequest, moves: QuerySet[Move]) -> QuerySet[Move]:
        if self.value() is None:
            return moves
        if self.value() == NOBODYS:
            return moves.filter(**{self.side: None})
        return moves.filter(**{f"{self.side}__key": self.value()})


class FromFilter(SideFilter):
    """By where they left."""

    title, parameter_name, side = "from", "from", "from_segment"


class ToFilter(SideFilter):
    """By where they came."""

    title, parameter_name, side = "to", "to", "to_segment"


class CauseFilter(admin.SimpleListFilter):
    """By the one cause of the move."""

    title, parameter_name = "cause", "cause"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list:
        return [(cause.value, words.capitalize()) for cause, words in CAUSES.items()]

    def queryset(self, request: HttpRequest, moves: QuerySet[Move]) -> QuerySet[Move]:
        return moves.filter(cause=self.value()) if self.value() else moves


class FeatureFilter(admin.SimpleListFilter):
    """By the feature that moved most; chosen by a link from a segment's page."""

    title, parameter_name = "what changed", "feature"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list:
        from customers.features import FEATURES  # slow to import

        return [(feature.name, feature.label.capitalize()) for feature in FEATURES]

    def queryset(self, request: HttpRequest, moves: QuerySet[Move]) -> QuerySet[Move]:
        return moves.filter(feature=self.value()) if self.value() else moves


@admin.register(Move)
class MoveAdmin(ListedOnly):
    """Moves of published runs, the latest first."""

    list_display = ("who", "left", "entered", "because", "change", "moved")
    list_filter = (RunFilter, FromFilter, ToFilter, CauseFilter, FeatureFilter)
    paginator = EstimatedPaginator
    empty_template = "admin/customers/move/empty.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Move]:
        self.currency = pages.shop_currency()
        return queries.moves_listed()

    @admin.display(description="customer")
    def who(self, move: Move) -> SafeString:
        url = reverse("admin:customers_customer_change", args=[move.customer_id])
        return format_html('<a href="{}">{}</a>', url, move.customer)

    @admin.display(description="from")
    def left(self, move: Move) -> SafeString | str:
        return cells.chip(move.from_segment) if move.from_segment else NOTHING

    @admin.display(description="to")
    def entered(self, move: Move) -> SafeString | str:
        return cells.chip(move.to_segment) if move.to_segment else NOTHING

    @admin.display(description="why")
    def because(self, move: Move) -> str:
        return self.told(move)[0].capitalize()

    @admin.display
    def change(self, move: Move) -> str:
        return self.told(move)[1] or NOTHING

    @admin.display
    def moved(self, move: Move) -> str:
        return day(move.at)

    def told(self, move: Move) -> tuple[str, str]:
        """Say why in two parts."""
        return why(move.cause, move.feature, move.was, move.now, self.currency)
