"""Free words lie beside the chain, in a table that nobody changes; apps/archive lets them go in their time."""

import uuid

from django.db import migrations, models

OF_AN_ENTRY = (
    "ALTER TABLE audit_auditwords ADD CONSTRAINT words_of_an_entry FOREIGN KEY (tenant_id, sequence) "
    "REFERENCES audit_auditentry (tenant_id, sequence) DEFERRABLE INITIALLY DEFERRED"
)


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="AuditWords",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("tenant_id", models.UUIDField()),
                ("sequence", models.BigIntegerField()),
                ("salt", models.BinaryField(max_length=32)),
                ("words", models.JSONField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("tenant_id", "sequence"), name="an_entry_has_its_words_once")
                ],
            },
        ),
        migrations.RunSQL(OF_AN_ENTRY, "ALTER TABLE audit_auditwords DROP CONSTRAINT words_of_an_entry"),
    ]
