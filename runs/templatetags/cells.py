"""The same words and signs in templates as in table cells."""

from django import template

from runs import cells

register = template.Library()

for write in (cells.money, cells.number, cells.share, cells.day, cells.moment, cells.ago):
    register.filter(write.__name__, write)
register.filter("duration", cells.duration)
register.filter("pill", cells.pill)
register.filter("sign", cells.sign)
register.filter("place", cells.place)
register.simple_tag(cells.bar, name="bar")
register.simple_tag(cells.money, name="money")
