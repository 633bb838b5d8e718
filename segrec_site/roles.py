"""Roles of staff: groups made by migration, each with what its work needs and no more.

Administrators, who may do everything and give people their roles, are no group: they are Django's
superusers. Migrations carry what they granted; what staff change of a group afterwards stays.
"""

from collections.abc import Iterable, Mapping

from django.apps.registry import Apps

VIEWER, CRM_MANAGER, MERCHANDISER, OPERATOR = "Viewer", "CRM manager", "Merchandiser", "Operator"

_SHOP = {
    "customers.view_segment",
    "products.view_product",
    "recommendations.view_recommendedproduct",
    "recommendations.view_event",
    "recommendations.view_rule",
}
_PEOPLE = {
    "customers.view_customer",
    "customers.view_order",
    "customers.view_move",
    "customers.view_audience",
}
_WORK = {"runs.view_run", "runs.change_run"}
ROLES: dict[str, set[str]] = {
    VIEWER: _SHOP | _PEOPLE,
    CRM_MANAGER: _SHOP
    | _PEOPLE
    | _WORK
    | {
        "customers.change_segment",
        "customers.add_audience",
        "customers.change_audience",
        "customers.delete_audience",
        "customers.export_audience",
        "customers.view_export",
        "customers.export_customer",
        "customers.erase_customer",
    },
    MERCHANDISER: _SHOP
    | {
        "products.change_product",
        "recommendations.add_rule",
        "recommendations.change_rule",
        "recommendations.delete_rule",
        "runs.view_run",
    },
    OPERATOR: _SHOP
    | _WORK
    | {
        "customers.view_export",
        "runs.view_import",
        "runs.add_import",
        "segrec_site.view_apikey",
        "segrec_site.add_apikey",
        "segrec_site.change_apikey",
    },
}


def grant(apps: Apps, roles: Mapping[str, Iterable[str]]) -> None:
    """Give groups these permissions, named `app.codename`; groups that are missing are made."""
    group_model, permissions = (apps.get_model("auth", name) for name in ("Group", "Permission"))
    for role, granted in roles.items():
        group, _ = group_model.objects.get_or_create(name=role)
        for name in granted:
            app, codename = name.split(".")
            group.permissions.add(
                permissions.objects.get(content_type__app_label=app, codename=codename)
            )
