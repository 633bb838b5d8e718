"""Parameters of the URL, strictly."""

import pytest
from django.http import QueryDict
from rest_framework import serializers

from runs.rest import CommaSeparated, Flag, OneOrMore, read_parameters


class Form(serializers.Serializer):
    limit = serializers.IntegerField(default=10, min_value=1, max_value=100)
    in_stock = Flag(default=True)
    brand = OneOrMore(child=serializers.CharField(), default=list)
    exclude = CommaSeparated(most=3, default=list)


def read(query: str) -> dict:
    return read_parameters(QueryDict(query), Form)


def test_what_is_absent_has_its_default():
    assert read("") == {"limit": 10, "in_stock": True, "brand": [], "exclude": []}


def test_values_are_read_by_their_kind():
    asked = read("limit=3&in_stock=False&brand=A&brand=B&exclude=x, y,")

    assert asked == {"limit": 3, "in_stock": False, "brand": ["A", "B"], "exclude": ["x", "y"]}


@pytest.mark.parametrize(
    ("query", "field", "detail"),
    [
        ("colour=red", "colour", "Unknown parameter."),
        ("limit=0", "limit", "Ensure this value is greater than or equal to 1."),
        ("limit=", "limit", "A valid integer is required."),
        ("limit=1&limit=2", "limit", "Given more than once."),
        ("in_stock=maybe", "in_stock", "Must be a valid boolean."),
        ("exclude=a,b,c,d", "exclude", "Ensure this field has no more than 3 elements."),
    ],
)
def test_what_is_unknown_or_wrong_is_an_error(query, field, detail):
    with pytest.raises(serializers.ValidationError) as error:
        read(query)

    assert error.value.detail == {field: [detail]}


def test_one_value_of_several_is_named_by_its_place():
    with pytest.raises(serializers.ValidationError) as error:
        read("exclude=a,b%00")

    assert error.value.detail == {"exclude": {1: ["Null characters are not allowed."]}}
