"""The tenant walls around tenants, memberships, profiles and the audit chain."""

from django.db import migrations

from apps.tenants.rls import CURRENT_USER, behind_walls, platform_function, platform_may, refuse_change_function, written_once


class Migration(migrations.Migration):
    dependencies = [("tenants", "0001_initial"), ("audit", "0001_initial")]

    operations = [
        refuse_change_function(),
        behind_walls("tenants_membership", visible=f"user_id = {CURRENT_USER}"),
        behind_walls(
            "tenants_tenant",
            column="id",
            visible="EXISTS (SELECT 1 FROM tenants_membership m "
            f"WHERE m.tenant_id = tenants_tenant.id AND m.user_id = {CURRENT_USER})",
        ),
        behind_walls("tenants_companyprofile"),
        behind_walls("audit_auditentry"),
        written_once("audit_auditentry"),
        platform_may("tenants_tenant", columns=["id"]),
        # Platform work across tenants (sweeps, nightly checks) walks the ids and acts in each tenant by itself.
        platform_function("ksefkit_tenant_ids()", returns="SETOF uuid", body="SELECT id FROM tenants_tenant"),
    ]
