import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_segments"),
    ]

    operations = [
        migrations.CreateModel(
            name="Consent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consents",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="customer",
                    ),
                ),
                (
                    "medium",
                    models.CharField(
                        choices=[
                            ("email", "E-mail"),
                            ("sms", "SMS"),
                            ("push", "Push"),
                            ("phone", "Phone"),
                            ("post", "Post"),
                        ],
                        max_length=10,
                        verbose_name="medium",
                    ),
                ),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("marketing", "Offers and news"),
                            ("surveys", "Surveys"),
                            ("reminders", "Cart reminders"),
                        ],
                        max_length=20,
                        verbose_name="purpose",
                    ),
                ),
                ("is_given", models.BooleanField(verbose_name="given")),
                (
                    "channel",
                    models.CharField(
                        choices=[("web", "Web"), ("app", "App"), ("till", "Till"), ("system", "System")],
                        max_length=40,
                        verbose_name="channel",
                    ),
                ),
                ("store", models.CharField(blank=True, max_length=40, verbose_name="store")),
                (
                    "staff",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="staff",
                    ),
                ),
                ("text_version", models.CharField(max_length=40, verbose_name="text version")),
                ("decided_at", models.DateTimeField(verbose_name="decided at")),
            ],
            options={
                "verbose_name": "consent",
                "verbose_name_plural": "consents",
                "indexes": [models.Index(fields=["customer", "medium", "purpose", "-id"], name="consent_in_force")],
            },
        ),
    ]
