"""The tenant walls around the words beside the audit chain, which nobody changes."""

from django.db import migrations

from apps.tenants.rls import behind_walls, written_once


class Migration(migrations.Migration):
    dependencies = [("tenants", "0011_api_key_scopes"), ("audit", "0002_words_beside_the_chain")]

    operations = [
        behind_walls("audit_auditwords"),
        written_once("audit_auditwords"),
    ]
