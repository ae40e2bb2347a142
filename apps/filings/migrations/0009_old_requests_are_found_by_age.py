"""The sweep drops old requests from the ledger without reading all of it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("filings", "0008_a_new_credential_wakes_sessions")]

    operations = [migrations.AddIndex("requestledger", models.Index(fields=["at"], name="ledger_by_age"))]
