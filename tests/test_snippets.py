"""Whatever stands in a fence of a document is run by a test, or there is a reason why not."""

import re
from html.parser import HTMLParser

import pytest
from django.contrib.staticfiles import finders

from tests.documents import blocks
from tests.test_docs import ROOT

FENCE = re.compile(r"^ *```(\w*)(?: (\w+))?\n(.*?)^ *```$", re.M | re.S)
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
# By page, language and kind: the test that runs all of them.
RUN_BY = {
    "README.md sh": "test_readme.py::test_the_readmes_commands_lead_to_similar_products",
    "api.md sh": "test_api_guide.py::test_every_call_in_the_guide_succeeds",
    "api.md json": "test_api_guide.py::test_the_problem_that_the_guide_shows_is_the_answer",
    "api.md sh keys": "test_readme.py::test_keys_are_made_as_the_guides_say",
    "audiences.md sh": "test_readme.py::test_the_page_about_audiences_exports",
    "importing.md sh": "test_readme.py::test_the_page_about_imports_imports",
    "operating.md sh": "production/test_rehearsal.py"
    "::test_the_page_for_operators_does_what_it_says",
    "operating.md sh secrets": "production/test_rehearsal.py"
    "::test_keys_are_rotated_as_the_page_says",
    **dict.fromkeys(
        [f"quickstart.md {kind}" for kind in ("csv", "sh", "html", "js", "python")],
        "pages/test_quickstart.py::test_following_it_leads_to_a_page_with_recommendations",
    ),
    "storefront.md sh": "recommendations/test_storefront_guide.py::test_every_call_succeeds",
    "storefront.md sh keys": "test_readme.py::test_keys_are_made_as_the_guides_say",
    "storefront.md django": "recommendations/test_storefront_guide.py"
    "::test_the_template_tags_show_lists",
    "storefront.md html": "test_snippets.py::test_pages_that_the_guide_shows_use_what_there_is",
    "storefront.md css": "test_snippets.py::test_looks_are_changed_by_properties_that_are_read",
    **dict.fromkeys(
        ["tutorial.md sh", "tutorial.md sh serve", "tutorial.md sh key", "tutorial.md"],
        "test_readme.py::test_the_tutorial_goes_as_it_says",
    ),
}
NOT_RUN = {
    "README.md": "a drawing",
    "architecture.md": "drawings",
    "embedded.md": "a drawing",
    "embedded.md sh": "an address, to be given to other programs",
    "operating.md sh container": "needs a container engine",
    "operating.md sh example": "the numbers are those of some other site's runs",
    "operating.md sh root": "makes a user, a database and units of systemd on a machine of its own",
    "operating.md sh terminal": "asks for a password",
    "operating.md nginx": "settings of another program",
    "operating.md yaml": "settings of another program",
    "operating.md json": "a line as it looks, with times of its own",
    "quickstart.md sh clone": "fetches segrec itself",
    "quickstart.md sh serve": "goes on until Ctrl-C; test_up.py runs it",
    "roles.md sh": "asks for a name and a password",
}
COMMAND = re.compile(r"^\s*(\S*python|manage\.py|make|git|curl|docker|sh) ", re.M)


def fences() -> list[tuple[str, str]]:
    """Return each fence's page, language and kind in one, and its text."""
    return [
        (" ".join(filter(None, (page.name, language, kind))), text)
        for page in PAGES
        for language, kind, text in FENCE.findall(page.read_text())
    ]


def test_every_fence_is_run_or_has_a_reason_not_to_be():
    found = {where for where, _ in fences()}

    assert found == RUN_BY.keys() | NOT_RUN.keys()
    assert RUN_BY.keys().isdisjoint(NOT_RUN)


def test_no_command_hides_in_a_fence_without_a_language():
    bare = [(where, text) for where, text in fences() if " " not in where]

    assert bare
    assert [where for where, text in bare if COMMAND.search(text)] == []


@pytest.mark.parametrize("named", sorted({*RUN_BY.values()}))
def test_what_runs_a_fence_is_there(named):
    file, test = named.split("::")

    assert f"def {test}(" in (ROOT / "tests" / file).read_text()


STOREFRONT = ROOT / "docs/storefront.md"


class Attributes(HTMLParser):
    """Collects the attributes of our element, and the files that a page loads from segrec."""

    def __init__(self, text: str):
        super().__init__()
        self.ours, self.files = set(), []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if tag == "segrec-recommendations":
            self.ours |= given.keys()
        elif tag in ("link", "script"):
            self.files.append((given.get("href") or given["src"]).partition("/static/")[2])


def test_pages_that_the_guide_shows_use_what_there_is():
    page = Attributes("".join(blocks(STOREFRONT, "html")))
    explained = {*re.findall(r"^\| `(\w+)` \|", STOREFRONT.read_text(), re.M)}

    assert page.ours
    assert page.ours <= explained
    assert page.files
    assert all(map(finders.find, page.files))


def test_looks_are_changed_by_properties_that_are_read():
    sheet = (ROOT / "static/segrec/recommendations.css").read_text()
    set_here = {*re.findall(r"(--segrec-\w+):", "".join(blocks(STOREFRONT, "css")))}

    assert set_here
    assert set_here == {*re.findall(r"var\((--segrec-\w+)", sheet)}
