from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0021_states")]
    operations = [
        migrations.RenameModel("ProviderNotice", "WebhookEvent"),
        migrations.AlterModelOptions(
            "webhookevent", options={"verbose_name": "webhook event", "verbose_name_plural": "webhook events"}
        ),
        migrations.RenameIndex("webhookevent", old_name="provider_notice_waiting", new_name="webhook_event_waiting"),
        migrations.RemoveConstraint("webhookevent", "provider_notice_once"),
        migrations.AddConstraint(
            "webhookevent", models.UniqueConstraint(fields=("provider", "number"), name="webhook_event_once")
        ),
    ]
