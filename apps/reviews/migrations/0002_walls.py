"""The tenant walls around holds, overrides and review items; an override is written once."""

from django.db import migrations

from apps.tenants.rls import behind_walls, written_once


class Migration(migrations.Migration):
    dependencies = [("reviews", "0001_initial"), ("tenants", "0002_walls")]

    operations = [
        behind_walls("reviews_hold"),
        behind_walls("reviews_override"),
        written_once("reviews_override"),
        behind_walls("reviews_reviewitem"),
    ]
