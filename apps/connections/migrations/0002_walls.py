"""The tenant walls around connections and keys; the webhook address finds its tenant through a function."""

from django.db import migrations

from apps.tenants.rls import behind_walls, platform_function, platform_may


class Migration(migrations.Migration):
    dependencies = [("connections", "0001_initial"), ("tenants", "0002_walls")]

    operations = [
        behind_walls("connections_tenantkey"),
        behind_walls("connections_stripeconnection"),
        behind_walls("connections_ksefconnection"),
        platform_may("connections_stripeconnection", columns=["id", "tenant_id", "endpoint_key"]),
        platform_function(
            "ksefkit_stripe_endpoint(wanted uuid)",
            returns="TABLE (tenant_id uuid, connection_id uuid)",
            body="SELECT c.tenant_id, c.id FROM connections_stripeconnection c WHERE c.endpoint_key = wanted",
        ),
    ]
