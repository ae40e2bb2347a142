"""Other rooms point at connections together with their tenant."""

from django.db import migrations

from apps.tenants.rls import may_be_pointed_at


class Migration(migrations.Migration):
    dependencies = [("connections", "0004_stripe_claim_walls")]

    operations = [
        may_be_pointed_at("connections_stripeconnection"),
        may_be_pointed_at("connections_ksefconnection"),
    ]
