"""Stores and warehouses, found by their distance."""

from django.db import migrations
import core.texts.translated
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

DISTANCE = """
CREATE INDEX location_on_the_globe ON inventory_location USING gist (ll_to_earth(latitude, longitude));
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_customers"),
        ("core", "0001_journal"),
        ("inventory", "0001_taxes"),
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [
        migrations.CreateModel(
            name="Location",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=40, unique=True, verbose_name="code")),
                ("name", core.texts.translated.TranslatedField(default=dict, verbose_name="name")),
                (
                    "kind",
                    models.CharField(
                        choices=[("store", "Store"), ("warehouse", "Warehouse")], max_length=10, verbose_name="kind"
                    ),
                ),
                ("street_address", models.CharField(max_length=200, verbose_name="street address")),
                ("postal_code", models.CharField(blank=True, max_length=20, verbose_name="postal code")),
                ("city", models.CharField(max_length=100, verbose_name="city")),
                (
                    "region",
                    models.CharField(blank=True, db_default="", max_length=200, verbose_name="state or province"),
                ),
                ("country_code", models.CharField(max_length=2, verbose_name="country")),
                ("phone", models.CharField(blank=True, max_length=20, verbose_name="phone")),
                ("latitude", models.FloatField(verbose_name="latitude")),
                ("longitude", models.FloatField(verbose_name="longitude")),
                (
                    "time_zone",
                    models.CharField(help_text="For example Europe/Berlin.", max_length=60, verbose_name="time zone"),
                ),
                ("offers_pickup", models.BooleanField(default=False, verbose_name="offers pickup")),
                ("ships", models.BooleanField(default=False, verbose_name="ships")),
                ("takes_returns", models.BooleanField(default=False, verbose_name="takes returns")),
                (
                    "pickup_lead_minutes",
                    models.PositiveIntegerField(default=120, verbose_name="pickup lead time in minutes"),
                ),
                ("pickup_keep_days", models.PositiveIntegerField(default=7, verbose_name="keeps pickups for days")),
                ("ship_rank", models.PositiveIntegerField(default=100, verbose_name="shipping rank")),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
            ],
            options={
                "verbose_name": "location",
                "verbose_name_plural": "locations",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("latitude__range", (-90, 90)), ("longitude__range", (-180, 180))),
                        name="location_is_on_earth",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="LocationChange",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="code_name_kind_street_address_postal_code_city_region_country_code_phone_latitude_longitude_time_zone_offers_pickup_ships_takes_returns_pickup_lead_minutes_pickup_keep_days_ship_rank_is_active_events",
                        to="inventory.location",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                ("code", models.SlugField(db_index=False, max_length=40, verbose_name="code")),
                ("name", core.texts.translated.TranslatedField(default=dict, verbose_name="name")),
                (
                    "kind",
                    models.CharField(
                        choices=[("store", "Store"), ("warehouse", "Warehouse")], max_length=10, verbose_name="kind"
                    ),
                ),
                ("street_address", models.CharField(max_length=200, verbose_name="street address")),
                ("postal_code", models.CharField(blank=True, max_length=20, verbose_name="postal code")),
                ("city", models.CharField(max_length=100, verbose_name="city")),
                (
                    "region",
                    models.CharField(blank=True, db_default="", max_length=200, verbose_name="state or province"),
                ),
                ("country_code", models.CharField(max_length=2, verbose_name="country")),
                ("phone", models.CharField(blank=True, max_length=20, verbose_name="phone")),
                ("latitude", models.FloatField(verbose_name="latitude")),
                ("longitude", models.FloatField(verbose_name="longitude")),
                (
                    "time_zone",
                    models.CharField(help_text="For example Europe/Berlin.", max_length=60, verbose_name="time zone"),
                ),
                ("offers_pickup", models.BooleanField(default=False, verbose_name="offers pickup")),
                ("ships", models.BooleanField(default=False, verbose_name="ships")),
                ("takes_returns", models.BooleanField(default=False, verbose_name="takes returns")),
                (
                    "pickup_lead_minutes",
                    models.PositiveIntegerField(default=120, verbose_name="pickup lead time in minutes"),
                ),
                ("pickup_keep_days", models.PositiveIntegerField(default=7, verbose_name="keeps pickups for days")),
                ("ship_rank", models.PositiveIntegerField(default=100, verbose_name="shipping rank")),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="OpeningException",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "location",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="exceptions",
                        to="inventory.location",
                        verbose_name="location",
                    ),
                ),
                ("day", models.DateField(verbose_name="day")),
                ("opens", models.TimeField(blank=True, null=True, verbose_name="opens")),
                ("closes", models.TimeField(blank=True, null=True, verbose_name="closes")),
                ("note", core.texts.translated.TranslatedField(blank=True, default=dict, verbose_name="note")),
            ],
            options={
                "verbose_name": "special opening hours",
                "verbose_name_plural": "special opening hours",
                "ordering": ["day"],
                "constraints": [
                    models.UniqueConstraint(fields=("location", "day"), name="opening_exception_one_per_day"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closes__isnull", True), ("opens__isnull", True)),
                            ("closes__gt", models.F("opens")),
                            _connector="OR",
                        ),
                        name="opening_exception_closed_or_a_span",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OpeningHours",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "location",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="hours",
                        to="inventory.location",
                        verbose_name="location",
                    ),
                ),
                (
                    "weekday",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "Monday"),
                            (1, "Tuesday"),
                            (2, "Wednesday"),
                            (3, "Thursday"),
                            (4, "Friday"),
                            (5, "Saturday"),
                            (6, "Sunday"),
                        ],
                        verbose_name="weekday",
                    ),
                ),
                ("opens", models.TimeField(verbose_name="opens")),
                ("closes", models.TimeField(verbose_name="closes")),
            ],
            options={
                "verbose_name": "opening hours",
                "verbose_name_plural": "opening hours",
                "ordering": ["weekday", "opens"],
                "constraints": [
                    models.UniqueConstraint(fields=("location", "weekday", "opens"), name="opening_hours_span_once"),
                    models.CheckConstraint(
                        condition=models.Q(("closes__gt", models.F("opens"))), name="opening_hours_close_after_opening"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StaffAssignment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "staff",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="assignments",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="staff",
                    ),
                ),
                (
                    "location",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="assignments",
                        to="inventory.location",
                        verbose_name="location",
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[("clerk", "Clerk"), ("manager", "Store manager"), ("head_office", "Head office")],
                        max_length=20,
                        verbose_name="role",
                    ),
                ),
            ],
            options={
                "verbose_name": "staff assignment",
                "verbose_name_plural": "staff assignments",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("staff", "location"), name="staff_assignment_one_role_per_store", nulls_distinct=False
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="OpeningHoursChange",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="location_weekday_opens_closes_events",
                        to="inventory.openinghours",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "location",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="inventory.location",
                        verbose_name="location",
                    ),
                ),
                (
                    "weekday",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "Monday"),
                            (1, "Tuesday"),
                            (2, "Wednesday"),
                            (3, "Thursday"),
                            (4, "Friday"),
                            (5, "Saturday"),
                            (6, "Sunday"),
                        ],
                        verbose_name="weekday",
                    ),
                ),
                ("opens", models.TimeField(verbose_name="opens")),
                ("closes", models.TimeField(verbose_name="closes")),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="StaffAssignmentChange",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="staff_location_role_events",
                        to="inventory.staffassignment",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="staff",
                    ),
                ),
                (
                    "location",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="inventory.location",
                        verbose_name="location",
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[("clerk", "Clerk"), ("manager", "Store manager"), ("head_office", "Head office")],
                        max_length=20,
                        verbose_name="role",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="location",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."city" IS DISTINCT FROM (NEW."city") OR OLD."code" IS DISTINCT FROM (NEW."code") OR OLD."country_code" IS DISTINCT FROM (NEW."country_code") OR OLD."is_active" IS DISTINCT FROM (NEW."is_active") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."latitude" IS DISTINCT FROM (NEW."latitude") OR OLD."longitude" IS DISTINCT FROM (NEW."longitude") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."offers_pickup" IS DISTINCT FROM (NEW."offers_pickup") OR OLD."phone" IS DISTINCT FROM (NEW."phone") OR OLD."pickup_keep_days" IS DISTINCT FROM (NEW."pickup_keep_days") OR OLD."pickup_lead_minutes" IS DISTINCT FROM (NEW."pickup_lead_minutes") OR OLD."postal_code" IS DISTINCT FROM (NEW."postal_code") OR OLD."region" IS DISTINCT FROM (NEW."region") OR OLD."ship_rank" IS DISTINCT FROM (NEW."ship_rank") OR OLD."ships" IS DISTINCT FROM (NEW."ships") OR OLD."street_address" IS DISTINCT FROM (NEW."street_address") OR OLD."takes_returns" IS DISTINCT FROM (NEW."takes_returns") OR OLD."time_zone" IS DISTINCT FROM (NEW."time_zone"))',
                    func='INSERT INTO "inventory_locationchange" ("city", "code", "country_code", "is_active", "kind", "latitude", "longitude", "name", "offers_pickup", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "pickup_keep_days", "pickup_lead_minutes", "postal_code", "region", "ship_rank", "ships", "street_address", "takes_returns", "time_zone") VALUES (OLD."city", OLD."code", OLD."country_code", OLD."is_active", OLD."kind", OLD."latitude", OLD."longitude", OLD."name", OLD."offers_pickup", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."phone", OLD."pickup_keep_days", OLD."pickup_lead_minutes", OLD."postal_code", OLD."region", OLD."ship_rank", OLD."ships", OLD."street_address", OLD."takes_returns", OLD."time_zone"); RETURN NULL;',
                    hash="24b0a9bc1f3d3482f06d20e1fa66271985716f15",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_33415",
                    table="inventory_location",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="location",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "inventory_locationchange" ("city", "code", "country_code", "is_active", "kind", "latitude", "longitude", "name", "offers_pickup", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "pickup_keep_days", "pickup_lead_minutes", "postal_code", "region", "ship_rank", "ships", "street_address", "takes_returns", "time_zone") VALUES (OLD."city", OLD."code", OLD."country_code", OLD."is_active", OLD."kind", OLD."latitude", OLD."longitude", OLD."name", OLD."offers_pickup", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."phone", OLD."pickup_keep_days", OLD."pickup_lead_minutes", OLD."postal_code", OLD."region", OLD."ship_rank", OLD."ships", OLD."street_address", OLD."takes_returns", OLD."time_zone"); RETURN NULL;',
                    hash="9896662c634d63cf003f606080eacd9297ee5386",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_364ae",
                    table="inventory_location",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="locationchange",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="ac8959b09be6cf52321b747f3ff19bb953c82f38",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_d02cc",
                    table="inventory_locationchange",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="openinghours",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."closes" IS DISTINCT FROM (NEW."closes") OR OLD."location_id" IS DISTINCT FROM (NEW."location_id") OR OLD."opens" IS DISTINCT FROM (NEW."opens") OR OLD."weekday" IS DISTINCT FROM (NEW."weekday"))',
                    func='INSERT INTO "inventory_openinghourschange" ("closes", "location_id", "opens", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "weekday") VALUES (OLD."closes", OLD."location_id", OLD."opens", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."weekday"); RETURN NULL;',
                    hash="01ba665d17cd1e776a55e2dab6c2849d3b6b8664",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_c0b3f",
                    table="inventory_openinghours",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="openinghours",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "inventory_openinghourschange" ("closes", "location_id", "opens", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "weekday") VALUES (OLD."closes", OLD."location_id", OLD."opens", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."weekday"); RETURN NULL;',
                    hash="24a41e3858cb7dedb3660c35d5c1ee5470241dcd",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_6b0fd",
                    table="inventory_openinghours",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="openinghourschange",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="b495276cd6ba4781fe414f9cadc175e7aac40948",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_9744d",
                    table="inventory_openinghourschange",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="staffassignment",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."location_id" IS DISTINCT FROM (NEW."location_id") OR OLD."role" IS DISTINCT FROM (NEW."role") OR OLD."staff_id" IS DISTINCT FROM (NEW."staff_id"))',
                    func='INSERT INTO "inventory_staffassignmentchange" ("location_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "staff_id") VALUES (OLD."location_id", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."role", OLD."staff_id"); RETURN NULL;',
                    hash="a2921c60c8561ac73444061451afaea8eafad1b3",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_f56b0",
                    table="inventory_staffassignment",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="staffassignment",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "inventory_staffassignmentchange" ("location_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "staff_id") VALUES (OLD."location_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."role", OLD."staff_id"); RETURN NULL;',
                    hash="1bce70777a946d966bae8e22e9f12261420e8567",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_699f0",
                    table="inventory_staffassignment",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="staffassignmentchange",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="f6b3d468bab55933462f6592d3a070bd85b5299d",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_e5a99",
                    table="inventory_staffassignmentchange",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.RunSQL(DISTANCE, "DROP INDEX location_on_the_globe;"),
    ]
