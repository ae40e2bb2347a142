"""A company may ask a second factor of everybody."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenants", "0012_walls_of_words")]

    operations = [
        migrations.AddField("tenant", "second_factor_for_all", models.BooleanField(default=False)),
    ]
