"""The tenant walls around support grants; a grant is written once, so that its end never moves."""

from django.db import migrations

from apps.tenants.rls import behind_walls, written_once


class Migration(migrations.Migration):
    dependencies = [("tenants", "0009_support_grants")]

    operations = [behind_walls("tenants_supportgrant"), written_once("tenants_supportgrant")]
