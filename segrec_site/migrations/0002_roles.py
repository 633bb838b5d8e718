from django.contrib.auth.management import create_permissions
from django.db import migrations

from segrec_site.roles import grant

SHOP = [
    "customers.view_segment",
    "products.view_product",
    "recommendations.view_recommendedproduct",
    "recommendations.view_event",
]
PEOPLE = [
    "customers.view_customer",
    "customers.view_order",
    "customers.view_move",
    "customers.view_audience",
]
ROLES = {
    "Viewer": [*SHOP, *PEOPLE],
    "CRM manager": [
        *SHOP,
        *PEOPLE,
        "customers.change_segment",
        "customers.add_audience",
        "customers.change_audience",
        "customers.delete_audience",
        "customers.export_audience",
        "customers.view_export",
        "customers.export_customer",
        "customers.erase_customer",
        "runs.view_run",
        "runs.change_run",
    ],
    "Merchandiser": [*SHOP, "products.change_product", "runs.view_run"],
    "Operator": [
        *SHOP,
        "customers.view_export",
        "runs.view_run",
        "runs.change_run",
        "runs.view_import",
        "runs.add_import",
        "segrec_site.view_apikey",
        "segrec_site.add_apikey",
        "segrec_site.change_apikey",
    ],
}


def make_roles(apps, schema_editor):
    """Make the groups; permissions, which Django makes after all migrations, are made first."""
    for config in apps.get_app_configs():
        config.models_module = True
        create_permissions(config, apps=apps, verbosity=0)
        config.models_module = None
    grant(apps, ROLES)


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("customers", "0002_audiences"),
        ("products", "0001_initial"),
        ("recommendations", "0002_events"),
        ("runs", "0001_initial"),
        ("segrec_site", "0001_initial"),
    ]

    operations = [migrations.RunPython(make_roles, migrations.RunPython.noop)]
