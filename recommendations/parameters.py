"""The parameters of lists, as the API and the template tags take them."""

from math import isfinite

from rest_framework import serializers

from runs.rest import CommaSeparated, Flag, OneOrMore


class ScoreField(serializers.FloatField):
    """A finite number from 0 to 1."""

    def to_internal_value(self, data: str) -> float:
        value = super().to_internal_value(data)
        return value if isfinite(value) else self.fail("invalid")


class AmountField(serializers.DecimalField):
    """An amount of money from 0."""

    def __init__(self, **kwargs):
        super().__init__(max_digits=14, decimal_places=4, min_value=0, **kwargs)


class ListParameters(serializers.Serializer):
    """What may be asked of a list; filters leave products out, none changes a score."""

    limit = serializers.IntegerField(default=10, min_value=1, max_value=100)
    category = serializers.CharField(
        required=False, max_length=1000, help_text="A category path; what is below it passes too."
    )
    brand = OneOrMore(
        child=serializers.CharField(max_length=200),
        required=False,
        help_text="Any of these, whatever the case.",
    )
    min_price = AmountField(required=False)
    max_price = AmountField(required=False)
    in_stock = Flag(default=True, help_text="Without what is sold out.")
    one_per_group = Flag(default=True, help_text="Only one of an article's variants.")
    include_purchased = Flag(default=False, help_text="Without effect where no customer is known.")
    exclude = CommaSeparated(most=200, required=False, help_text="Up to 200 ids, by comma.")
    explain = Flag(default=False, help_text="Part each score into terms.")
    arm = serializers.ChoiceField(
        choices=["model", "baseline"], default="model", help_text="The hold-out's arm: baseline."
    )


class PopularParameters(ListParameters):
    """As of any list; there is no one product to compare prices with."""

    price = serializers.ChoiceField(choices=["any"], default="any")


class BesideParameters(ListParameters):
    """As of any list, and against the product shown."""

    price = serializers.ChoiceField(
        choices=["any", "cheaper", "dearer"], default="any", help_text="Than the product shown."
    )


class SimilarParameters(BesideParameters):
    """As of any list beside a product, and a bound on how alike products are."""

    min_score = ScoreField(
        required=False, min_value=0, max_value=1, help_text="Switches off what has no score."
    )
