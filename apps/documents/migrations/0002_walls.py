"""The tenant walls around source documents and settings; a source document is written once."""

from django.db import migrations

from apps.tenants.rls import behind_walls, written_once


class Migration(migrations.Migration):
    dependencies = [("documents", "0001_initial"), ("tenants", "0002_walls")]

    operations = [
        behind_walls("documents_sourcedocument"),
        written_once("documents_sourcedocument"),
        behind_walls("documents_mappingsettings"),
        written_once("documents_mappingsettings"),
    ]
