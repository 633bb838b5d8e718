"""Parameters of the URL, strictly: what is unknown or wrong is an error, never ignored."""

from functools import lru_cache

from django.http import QueryDict
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

LONGEST_REMEMBERED = 200


class NoParameters(serializers.Serializer):
    """Of a view that takes none."""


class Flag(serializers.BooleanField):
    """`true` or `false`, in any case; `1` and `0` are understood too."""

    def to_internal_value(self, data: str | bool) -> bool:
        try:
            return {"true": True, "1": True, "false": False, "0": False}[str(data).lower()]
        except KeyError:
            self.fail("invalid", input=data)


class OneOrMore(serializers.ListField):
    """A parameter that may be repeated."""


@extend_schema_field({"type": "string"})
class CommaSeparated(serializers.ListField):
    """Several values in one parameter, by comma; at most so many."""

    def __init__(self, *, most: int, **kwargs):
        super().__init__(child=serializers.CharField(), max_length=most, **kwargs)

    def to_internal_value(self, data: str) -> list:
        values = [value.strip() for value in data.split(",")]
        return super().to_internal_value([value for value in values if value])


def read_parameters(query: QueryDict, form: type[serializers.Serializer]) -> dict:
    """Return the values the form declares, defaults filled in; raise on any other or wrong one."""
    text = query.urlencode()
    return dict((_read if len(text) > LONGEST_REMEMBERED else _read_once)(text, form))


def _read(text: str, form: type[serializers.Serializer]) -> dict:
    query, fields = QueryDict(text), form().fields
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


# Pages ask the same again and again; reading it takes longer than some answers.
_read_once = lru_cache(maxsize=1000)(_read)
