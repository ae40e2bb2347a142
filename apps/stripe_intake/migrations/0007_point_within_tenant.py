"""Events, errands, feeds and side objects point at a connection of their own tenant only."""

from django.db import migrations

from apps.tenants.rls import points_within_tenant


class Migration(migrations.Migration):
    dependencies = [("stripe_intake", "0006_begin_walls"), ("connections", "0005_point_within_tenant")]

    operations = [
        points_within_tenant("stripe_intake_stripeerrand", "connection_id", to="connections_stripeconnection"),
        points_within_tenant("stripe_intake_stripeevent", "connection_id", to="connections_stripeconnection"),
        points_within_tenant("stripe_intake_stripefeed", "connection_id", to="connections_stripeconnection"),
        points_within_tenant("stripe_intake_stripesideobject", "connection_id", to="connections_stripeconnection"),
    ]
