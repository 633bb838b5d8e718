from django.contrib.auth.management import create_permissions
from django.db import migrations

from segrec_site.roles import grant

ROLES = {
    "Viewer": ["recommendations.view_rule"],
    "CRM manager": ["recommendations.view_rule"],
    "Merchandiser": [
        "recommendations.view_rule",
        "recommendations.add_rule",
        "recommendations.change_rule",
        "recommendations.delete_rule",
    ],
    "Operator": ["recommendations.view_rule"],
}


def let_merchandisers_rule(apps, schema_editor):
    """Give what is to do with rules; permissions, made after all migrations, are made first."""
    config = apps.get_app_config("recommendations")
    config.models_module = True
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
    grant(apps, ROLES)


class Migration(migrations.Migration):
    dependencies = [
        ("recommendations", "0005_rules"),
        ("segrec_site", "0002_roles"),
    ]

    operations = [migrations.RunPython(let_merchandisers_rule, migrations.RunPython.noop)]
