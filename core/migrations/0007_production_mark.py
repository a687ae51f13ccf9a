"""The mark of a production shop's database, which a demo refuses."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0006_unfinished_work"),
    ]

    operations = [
        # No model: emptying the demo shop deletes the rows of models, and staff must not change this one.
        migrations.RunSQL(
            """
            CREATE TABLE core_production (since timestamptz NOT NULL);
            CREATE UNIQUE INDEX core_production_once ON core_production ((true));
            """,
            "DROP TABLE core_production",
        ),
    ]
