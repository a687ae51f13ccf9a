from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0025_weights_and_sizes"),
        ("orders", "0039_register_receipts"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="fulfilmentline",
            constraint=models.UniqueConstraint(
                fields=("fulfilment", "order_line", "handed_over_at"),
                name="fulfilment_line_waits_once",
                nulls_distinct=False,
                deferrable=models.Deferrable.DEFERRED,
            ),
        ),
        migrations.RemoveConstraint(
            model_name="fulfilmentline",
            name="fulfilment_line_once_per_order_line",
        ),
    ]
