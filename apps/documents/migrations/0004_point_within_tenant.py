"""A document points at a connection of its own tenant only."""

from django.db import migrations

from apps.tenants.rls import may_be_pointed_at, points_within_tenant


class Migration(migrations.Migration):
    dependencies = [("documents", "0003_capture_marks"), ("connections", "0005_point_within_tenant")]

    operations = [
        may_be_pointed_at("documents_sourcedocument"),
        points_within_tenant("documents_sourcedocument", "connection_id", to="connections_stripeconnection"),
    ]
