"""Who may open which address of the admin: the table that a test holds and docs/roles.md shows.

`python -m tests.segrec_site.access` writes it into the document.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs/roles.md"
BEGIN, END = "<!-- The table below is written by tests/segrec_site/access.py. -->", "<!-- End -->"

# A letter a role; administrators may open what anybody may, and what nobody else may.
ROLES = {"V": "Viewer", "C": "CRM manager", "M": "Merchandiser", "O": "Operator"}
ADMINISTRATOR = "Administrator"
ALL, ONLY_ADMINISTRATORS, NOBODY = "VCMO", "", "-"


@dataclass(frozen=True)
class Row:
    """One address: its URL's name, method and roles; `given` is sent, `of` names its object."""

    name: str
    roles: str
    method: str = "GET"
    of: str = ""
    given: dict = field(default_factory=dict)

    def allows(self, role: str) -> bool:
        """Say whether a role may open it."""
        if self.roles == NOBODY:
            return False
        return role == ADMINISTRATOR or role in [ROLES[letter] for letter in self.roles]


def pages_of(model: str, see: str, add: str = NOBODY, change: str = NOBODY, delete: str = NOBODY):
    """The five addresses Django makes for every model, and what saving one takes."""
    return [
        Row(f"{model}_changelist", see),
        Row(f"{model}_change", see, of=model),
        Row(f"{model}_history", see, of=model),
        Row(f"{model}_change", change, "POST", of=model),
        Row(f"{model}_add", add),
        Row(f"{model}_delete", delete, of=model),
    ]


def list_of(model: str, see: str) -> list[Row]:
    """The same of a model whose rows have no pages."""
    return [Row(f"{model}_changelist", see), *pages_of(model, NOBODY)[1:]]


def actions_of(model: str, roles: str, *names: str, method: str = "POST", **given) -> list[Row]:
    """Addresses of our own for one thing of a model."""
    return [Row(f"{model}_{name}", roles, method, of=model, given=given) for name in names]


TABLE = {
    "For all staff": [
        Row("index", ALL),
        Row("dashboard_table", ALL, of="chart"),
        Row("password_change", ALL),
        Row("password_change_done", ALL),
        Row("jsi18n", ALL),
    ],
    "Segments": [
        *pages_of("customers_segment", ALL, change="C"),
        *actions_of("customers_segment", ALL, "map", "products", method="GET"),
        *actions_of("customers_segment", "C", "export", format="canonical"),
    ],
    "Moves": list_of("customers_move", "VC"),
    "Customers": [
        *pages_of("customers_customer", "VC"),
        *actions_of("customers_customer", "VC", "recommendations", method="GET"),
        *actions_of("customers_customer", "C", "erase", method="GET"),
        *actions_of("customers_customer", "C", "export", "erase"),
    ],
    "Audiences": [
        *pages_of("customers_audience", "VC", add="C", change="C", delete="C"),
        Row("customers_audience_count_chosen", "VC"),
        *actions_of("customers_audience", "VC", "count", method="GET"),
        *actions_of("customers_audience", "C", "export", format="canonical"),
    ],
    "Orders": pages_of("customers_order", "VC"),
    "Exports": list_of("customers_export", "CO"),
    "Products": pages_of("products_product", ALL, change="M"),
    "Recommendations": pages_of("recommendations_recommendedproduct", ALL),
    "Rules": [
        *pages_of("recommendations_rule", ALL, add="M", change="M", delete="M"),
        Row("recommendations_rule_preview", "M"),
    ],
    "Online results": list_of("recommendations_event", ALL),
    "Runs": [
        *pages_of("runs_run", "CMO"),
        Row("runs_run_refresh", "CO", "POST", of="kind"),
        Row("runs_run_roll_back", "CO", "POST", of="kind"),
        *actions_of("runs_run", "CO", "publish", "discard"),
    ],
    "Imports": [
        *pages_of("runs_import", "O", add="O"),
        *actions_of("runs_import", "O", "try", "start", "read", "discard"),
        *actions_of("runs_import", "O", "rejects", method="GET"),
    ],
    "API keys": pages_of("segrec_site_apikey", "O", add="O", change="O"),
    "Users and groups": [
        *pages_of("auth_user", *4 * [ONLY_ADMINISTRATORS]),
        *actions_of("auth_user", ONLY_ADMINISTRATORS, "password_change", method="GET"),
        *pages_of("auth_group", *4 * [ONLY_ADMINISTRATORS]),
    ],
}
# Open to everybody, or nothing to see: logging in and out, look-ups of other pages, redirects.
LEFT_OUT = {"login", "logout", "autocomplete", "view_on_site", "app_list", None}
WORDS = {
    "index": "Dashboard",
    "dashboard_table": "Table behind one of its charts",
    "password_change": "Change one’s own password",
    "password_change_done": "It is changed",
    "jsi18n": "Words of date pickers",
    "changelist": "List",
    "history": "What staff did with it",
    "add": "New",
    "delete": "Delete",
    "map": "Where its customers lie",
    "products": "What they buy",
    "export": "Export",
    "erase": "Erase",
    "recommendations": "What the shop shows them",
    "count_chosen": "Count while choosing",
    "count": "Count",
    "preview": "See what one would change",
    "refresh": "Refresh now",
    "roll_back": "Roll back",
    "publish": "Publish",
    "discard": "Discard",
    "try": "Try an upload",
    "start": "Import an upload",
    "rejects": "Download rejected rows",
    "read": "Say which column is which",
}
# Addresses that answer with a file, with JSON, or with a part of a page.
NO_PAGES = {
    "dashboard_table",
    "jsi18n",
    "customers_audience_count_chosen",
    "customers_audience_count",
    "runs_import_rejects",
    "recommendations_rule_preview",
}
SEEN = [
    row
    for rows in TABLE.values()
    for row in rows
    if row.method == "GET" and row.roles != NOBODY and row.name not in NO_PAGES
]


def title(row: Row) -> str:
    """Say what an address is, in words."""
    if row.name in WORDS:
        return WORDS[row.name]
    action = row.name.split("_", 2 + row.name.startswith("segrec_site"))[-1]
    if action == "change":
        return "Change" if row.method == "POST" else "One of them"
    if action == "erase" and row.method == "GET":
        return "Say what erasing removes"
    return WORDS.get(action, action)


def table() -> str:
    """Write the table as the document shows it."""
    roles = [*ROLES.values(), ADMINISTRATOR]
    lines = [
        f"| | address | {' | '.join(roles)} |",
        f"|---|---|{':-:|' * len(roles)}",
    ]
    for group, rows in TABLE.items():
        lines.append(f"| **{group}** | |{' |' * len(roles)}")
        for row in (row for row in rows if row.roles != NOBODY):
            marks = ["✓" if row.allows(role) else "" for role in roles]
            lines.append(f"| {title(row)} | `{row.method} {row.name}` | {' | '.join(marks)} |")
    return "\n".join(lines)


def written(document: str) -> str:
    """Return the document with the table in its place."""
    between = re.compile(f"{re.escape(BEGIN)}.*{re.escape(END)}", re.S)
    return between.sub(lambda _: f"{BEGIN}\n\n{table()}\n\n{END}", document)


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text()))
