from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0012_visitor_links"),
    ]

    operations = [
        migrations.CreateModel(
            name="WrongSignIn",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "person",
                    models.CharField(
                        help_text="The SHA-256 of the address or number.", max_length=64, verbose_name="person"
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        help_text="The network that the request came from.", max_length=45, verbose_name="source"
                    ),
                ),
                ("tried_at", models.DateTimeField(verbose_name="tried at")),
            ],
            options={
                "verbose_name": "wrong sign-in",
                "verbose_name_plural": "wrong sign-ins",
                "indexes": [
                    models.Index(fields=["person", "tried_at"], name="wrong_sign_in_of_person"),
                    models.Index(fields=["source", "tried_at"], name="wrong_sign_in_from_source"),
                    models.Index(fields=["tried_at"], name="wrong_sign_in_age"),
                ],
            },
        ),
    ]
