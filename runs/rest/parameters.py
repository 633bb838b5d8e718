"""Parameters of the URL, strictly: what is unknown or wrong is an error, never ignored."""

from django.http import QueryDict
from rest_framework import serializers


class NoParameters(serializers.Serializer):
    """Of a view that takes none."""


class Flag(serializers.BooleanField):
    """`true` or `false`, in any case; `1` and `0` are understood too."""

    def to_internal_value(self, data: str) -> bool:
        try:
            return {"true": True, "1": True, "false": False, "0": False}[data.lower()]
        except KeyError:
            self.fail("invalid", input=data)


class OneOrMore(serializers.ListField):
    """A parameter that may be repeated."""


class CommaSeparated(serializers.CharField):
    """Several values in one parameter, by comma; at most `most` of them."""

    default_error_messages = {"too_many": "At most {most} values, found {found}."}

    def __init__(self, *, most: int, **kwargs):
        self.most = most
        super().__init__(**kwargs)

    def to_internal_value(self, data: str) -> list[str]:
        text = super().to_internal_value(data)
        values = [value.strip() for value in text.split(",") if value.strip()]
        if len(values) > self.most:
            self.fail("too_many", most=self.most, found=len(values))
        return values


def read_parameters(query: QueryDict, form: type[serializers.Serializer]) -> dict:
    """Return the values the form declares, defaults filled in; raise on any other or wrong one."""
    fields = form().fields
    data = {}
    errors = {name: ["Unknown parameter."] for name in query if name not in fields}
    for name in fields.keys() & query.keys():
        values = query.getlist(name)
        if isinstance(fields[name], OneOrMore):
            data[name] = values
        elif len(values) > 1:
            errors[name] = ["Given more than once."]
        else:
            data[name] = values[0]
    serializer = form(data=data)
    serializer.is_valid()
    if found := serializer.errors | errors:
        raise serializers.ValidationError(found)
    return serializer.validated_data
