"""How a change of segment looks in answers."""

from rest_framework import serializers

from customers.models import Move


def segment_key(source: str) -> serializers.SlugRelatedField:
    """Show a segment by its key."""
    return serializers.SlugRelatedField("key", source=source, read_only=True, allow_null=True)


class Figure(serializers.FloatField):
    """A feature's value, which is kept in single precision: beyond 4 decimals it is noise."""

    def to_representation(self, value: float) -> float:
        return round(super().to_representation(value), 4)


class StepSerializer(serializers.ModelSerializer):
    """A change of segment with its one cause."""

    SHOWN = ("id", "from", "to", "cause", "feature", "was", "is", "run", "at")
    feature = serializers.SerializerMethodField(help_text="That moved most, if any did.")

    class Meta:
        model = Move
        fields = read_only_fields = ["id", "cause", "feature", "run", "at"]

    def get_fields(self) -> dict:
        """Add the fields whose names are words of Python."""
        fields = super().get_fields() | {
            "from": segment_key("from_segment"),
            "to": segment_key("to_segment"),
            "was": Figure(allow_null=True),
            "is": Figure(source="now", allow_null=True),
        }
        return {name: fields[name] for name in self.SHOWN}

    def get_feature(self, move: Move) -> str | None:
        return move.feature or None


class MoveSerializer(StepSerializer):
    """A customer's change of segment."""

    SHOWN = ("id", "customer", *StepSerializer.SHOWN[1:])
    customer = serializers.CharField(source="customer.external_id")

    class Meta(StepSerializer.Meta):
        fields = read_only_fields = [*StepSerializer.Meta.fields, "customer"]
