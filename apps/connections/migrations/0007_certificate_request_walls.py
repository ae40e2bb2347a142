"""The tenant walls around certificate requests."""

from django.db import migrations

from apps.tenants.rls import behind_walls, points_within_tenant

TABLE = "connections_certificaterequest"


class Migration(migrations.Migration):
    dependencies = [("connections", "0006_certificate_requests")]

    operations = [
        behind_walls(TABLE),
        points_within_tenant(TABLE, "connection_id", to="connections_ksefconnection"),
    ]
