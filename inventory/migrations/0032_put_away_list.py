"""What waits to be put away at a place is found by an index."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inventory", "0031_former_offers")]

    operations = [
        migrations.AddIndex(
            model_name="heldstock",
            index=models.Index(
                condition=models.Q(("state", "put_away"), ("units__gt", 0)),
                fields=["level"],
                name="held_stock_to_put_away",
            ),
        ),
    ]
