import pytest

from runs.parsing import (
    BadCell,
    category_path,
    email,
    identifier,
    line_of_text,
    paragraph,
    web_link,
    yes_or_no,
)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (" 85123A ", "85123A"),
        ("17850.0", "17850"),
        ("17850,0", "17850"),
        ("17850,00", "17850"),
        ("17,000", "17,000"),
        ('="007"', "007"),
        ("NaN", ""),
        ("Null", "Null"),
    ],
)
def test_an_id_is_taken_without_what_files_put_around_it(cell, value):
    assert identifier(cell) == value


@pytest.mark.parametrize("cell", ["x" * 101, "a\x00b", "a\nb", "a\udc80"])
def test_an_id_is_short_and_has_no_control_characters(cell):
    with pytest.raises(BadCell):
        identifier(cell)


def test_a_title_is_one_line():
    assert line_of_text(20)(" Red\n  mug ") == "Red mug"
    with pytest.raises(BadCell, match="longer than 5"):
        line_of_text(5)("Red mug")


def test_bytes_that_are_no_text_are_named():
    with pytest.raises(BadCell, match="not text"):
        paragraph("a\x00b")


def test_a_category_path_has_one_form():
    assert category_path("Home&gt;Kitchen >  Mugs >") == "Home > Kitchen > Mugs"


@pytest.mark.parametrize(
    "cell",
    ["https://a.org/x?y", "HTTP://a.org", "http://a.org?b", "/p/1", "p/1?at=12:30", "a\\b", ""],
)
def test_a_link_leads_to_the_web_or_within_the_shop(cell):
    assert web_link(cell) == cell


@pytest.mark.parametrize(
    "cell",
    [
        *("javascript:alert(1)", "http://", "http:///p", "http:a.org", "http://a b", "https://?q"),
        *("\\\\evil.com", "/\\evil.com", "http:\\\\evil.com", "http://a\\b"),
    ],
)
def test_what_leads_nowhere_or_elsewhere_in_disguise_is_no_link(cell):
    with pytest.raises(BadCell, match="neither an http"):
        web_link(cell)


@pytest.mark.parametrize("cell", ["n/a", "a@", "a\0b@x.org", "a@x\0.org", "a@x\udc00.org"])
def test_what_is_no_address_is_no_email(cell):
    assert email("Ada@Example.org") == "Ada@Example.org"
    with pytest.raises(BadCell):
        email(cell)


def test_yes_and_no_in_the_words_of_files():
    read = yes_or_no(default=True)
    assert [read(cell) for cell in ("Yes", "0", "", "FALSE")] == [True, False, True, False]
    with pytest.raises(BadCell):
        read("maybe")
