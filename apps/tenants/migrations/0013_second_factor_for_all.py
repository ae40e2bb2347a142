"""A company may ask a second factor of everybody."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenants", "0012_walls_of_words")]

    operations = [
        # The default stands in the database too: during an upgrade the web of before still founds companies.
        migrations.AddField("tenant", "second_factor_for_all", models.BooleanField(default=False, db_default=False)),
    ]
