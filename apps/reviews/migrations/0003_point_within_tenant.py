"""Holds and review items point at documents of their own tenant only."""

from django.db import migrations

from apps.tenants.rls import points_within_tenant


class Migration(migrations.Migration):
    dependencies = [("reviews", "0002_walls"), ("documents", "0004_point_within_tenant")]

    operations = [
        points_within_tenant("reviews_hold", "document_id", to="documents_sourcedocument"),
        points_within_tenant("reviews_reviewitem", "document_id", to="documents_sourcedocument"),
    ]
