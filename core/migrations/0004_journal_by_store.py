"""The journal by store, for staff who read the entries of theirs."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0003_idempotency"),
    ]

    operations = [
        migrations.RunSQL(
            "CREATE INDEX core_journal_store ON core_journal (store, id DESC) WHERE store <> ''",
            "DROP INDEX core_journal_store",
        ),
    ]
