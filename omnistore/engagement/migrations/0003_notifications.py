from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("engagement", "0002_words"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="message", name="message_of_order"),
        migrations.RenameField(model_name="message", old_name="order_number", new_name="ref"),
        migrations.AlterField(
            model_name="message",
            name="ref",
            field=models.CharField(
                blank=True, help_text="Of the order or other subject.", max_length=80, verbose_name="number"
            ),
        ),
        migrations.AlterField(
            model_name="message",
            name="medium",
            field=models.CharField(max_length=20, verbose_name="medium"),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(condition=models.Q(("ref", ""), _negated=True), fields=["ref"], name="message_by_ref"),
        ),
    ]
