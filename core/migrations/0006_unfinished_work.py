from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0005_limits"),
    ]

    operations = [
        migrations.CreateModel(
            name="UnfinishedWork",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sweep", models.CharField(max_length=60, verbose_name="work")),
                (
                    "ref",
                    models.CharField(
                        help_text="The number of the row that it is about.", max_length=80, verbose_name="concerns"
                    ),
                ),
                ("tries", models.PositiveIntegerField(default=1, verbose_name="tries")),
                ("detail", models.CharField(blank=True, max_length=500, verbose_name="reason")),
                ("since", models.DateTimeField(verbose_name="since")),
                ("next_try_at", models.DateTimeField(verbose_name="next try at")),
            ],
            options={
                "verbose_name": "unfinished work",
                "verbose_name_plural": "unfinished work",
                "constraints": [models.UniqueConstraint(fields=("sweep", "ref"), name="unfinished_work_once_per_row")],
            },
        ),
    ]
