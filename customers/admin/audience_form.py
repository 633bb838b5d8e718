"""The form of an audience: every condition beside what there is to choose."""

from django import forms
from django.utils.text import capfirst

from customers import rfm, value
from customers.audiences import CONSENTS, Criteria
from customers.conditions import makes_sense, said
from customers.models import Audience
from customers.queries import pages
from customers.queries.audiences import values_kept
from runs.wording import many

SEVERAL = ("listed", "segments", "rfm", "tiers", "categories", "countries")
SINGLE = ("ordered_from", "ordered_until", "silent_days", "active_days", "consent")


def _several(label: str) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, required=False, widget=forms.CheckboxSelectMultiple
    )


def _day(label: str) -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, required=False, widget=widget)


def _days(label: str) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=1, max_value=36_500)


class AudienceForm(forms.ModelForm):
    """A name, and conditions that all must hold."""

    listed = _several("From the list of customers")
    segments = _several("Segment")
    rfm = _several("RFM group")
    tiers = _several("Expected value")
    categories = _several("Bought in")
    countries = _several("Country")
    ordered_from = _day("Last order from")
    ordered_until = _day("Last order until")
    silent_days = _days("Silent for at least, days")
    active_days = _days("Ordered within the last, days")
    consent = forms.ChoiceField(
        label="Marketing",
        required=False,
        choices=[("", "Agreed or not")]
        + [
            (consent, f"Who {consent.replace('not agreed', 'did not agree')}")
            for consent in CONSENTS
        ],
    )

    class Meta:
        model = Audience
        fields = ["name"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial = {**self.instance.criteria, **self.initial}
        self.segment_names = names = pages.segment_names()
        segments = self.offered("segments", [segment.key for segment in pages.segments_alive()])
        offered = {
            "segments": [(key, names.get(key, key)) for key in segments],
            "rfm": [(name, name) for name in rfm.GROUPS],
            "tiers": [(tier, tier.capitalize()) for tier in reversed(value.TIERS)],
            "categories": _same(self.offered("categories", pages.categories())),
            "countries": _same(self.offered("countries", pages.countries())),
            "listed": [(each, capfirst(said(each, names))) for each in self.conditions()],
        }
        for name, choices in offered.items():
            self.fields[name].choices = choices

    def conditions(self) -> list[str]:
        """Return what was kept or is given of the list of customers; all that can be unticked."""
        stored = self.initial.get("listed", ())
        return list(dict.fromkeys([*stored, *filter(makes_sense, self.given("listed"))]))

    def offered(self, name: str, present: list[str]) -> list[str]:
        """Return what there is, and what was chosen before and is not there any more."""
        gone = [each for each in self.given(name) if each not in present]
        known = gone and {*values_kept(name), *(self.segment_names if name == "segments" else ())}
        chosen = [*self.initial.get(name, ()), *(each for each in gone if each in known)]
        return list(dict.fromkeys([*present, *chosen]))

    def given(self, name: str) -> list[str]:
        """Return what is sent of a condition."""
        return self.data.getlist(name) if self.is_bound else []

    def clean(self) -> dict:
        given = super().clean()
        start, end = given.get("ordered_from"), given.get("ordered_until")
        if start and end and start > end:
            self.add_error("ordered_until", "The last day lies before the first.")
        silent, active = given.get("silent_days"), given.get("active_days")
        if silent and active and silent >= active:
            self.add_error(
                "active_days", f"Nobody is silent for {many(silent, 'day')} and ordered then."
            )
        return given

    @property
    def criteria(self) -> Criteria:
        """The conditions chosen."""
        several = {name: tuple(self.cleaned_data[name]) for name in SEVERAL}
        return Criteria(**several, **{name: self.cleaned_data[name] for name in SINGLE})


def _same(names: list[str]) -> list[tuple[str, str]]:
    return [(name, name) for name in names]
