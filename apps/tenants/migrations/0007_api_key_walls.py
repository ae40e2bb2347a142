"""The tenant walls around API keys; a key's hash finds its tenant through a function."""

from django.db import migrations

from apps.tenants.rls import behind_walls, platform_function, platform_may


class Migration(migrations.Migration):
    dependencies = [("tenants", "0006_api_key")]

    operations = [
        behind_walls("tenants_apikey"),
        platform_may("tenants_apikey", columns=["id", "tenant_id", "secret_hash"]),
        platform_function(
            "ksefkit_api_key(secret bytea)",
            returns="TABLE (tenant_id uuid, key_id uuid)",
            body="SELECT k.tenant_id, k.id FROM tenants_apikey k WHERE k.secret_hash = secret",
        ),
    ]
