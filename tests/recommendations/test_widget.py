import gzip

from django.contrib.staticfiles import finders


def test_the_component_is_small_and_needs_nothing_else():
    with open(finders.find("segrec/widget.js"), "rb") as file:
        source = file.read()

    assert len(gzip.compress(source)) < 5000
    assert b"import" not in source
