"""The tenant walls around invitations; the secret of a link finds its tenant through a function."""

from django.db import migrations

from apps.tenants.rls import behind_walls, platform_function, platform_may


class Migration(migrations.Migration):
    dependencies = [("tenants", "0003_invitation")]

    operations = [
        behind_walls("tenants_invitation"),
        platform_may("tenants_invitation", columns=["id", "tenant_id", "secret_hash"]),
        platform_function(
            "ksefkit_invitation(secret bytea)",
            returns="TABLE (tenant_id uuid, invitation_id uuid)",
            body="SELECT i.tenant_id, i.id FROM tenants_invitation i WHERE i.secret_hash = secret",
        ),
    ]
