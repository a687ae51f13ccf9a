"""How far a count may be from the books is said by the place."""

import django.core.validators
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0028_supplier_returns"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="location",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="location",
            name="delete_delete",
        ),
        migrations.AddField(
            model_name="location",
            name="recount_above_percent",
            field=models.PositiveIntegerField(
                db_default=5,
                default=5,
                validators=[django.core.validators.MaxValueValidator(100)],
                verbose_name="recount above percent",
            ),
        ),
        migrations.AddField(
            model_name="location",
            name="recount_above_units",
            field=models.PositiveIntegerField(
                db_default=2,
                default=2,
                help_text="A count that differs by more units and more percent is made again.",
                validators=[django.core.validators.MaxValueValidator(1000000)],
                verbose_name="recount above units",
            ),
        ),
        migrations.AddField(
            model_name="locationchange",
            name="recount_above_percent",
            field=models.PositiveIntegerField(
                db_default=5,
                default=5,
                validators=[django.core.validators.MaxValueValidator(100)],
                verbose_name="recount above percent",
            ),
        ),
        migrations.AddField(
            model_name="locationchange",
            name="recount_above_units",
            field=models.PositiveIntegerField(
                db_default=2,
                default=2,
                help_text="A count that differs by more units and more percent is made again.",
                validators=[django.core.validators.MaxValueValidator(1000000)],
                verbose_name="recount above units",
            ),
        ),
        migrations.AlterField(
            model_name="locationchange",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="code_name_kind_street_address_postal_code_city_region_country_code_phone_latitude_longitude_time_zone_offers_pickup_ships_takes_returns_pickup_lead_minutes_pickup_keep_days_ship_rank_recount_above_units_recount_above_percent_is_active_events",
                to="inventory.location",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="location",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."city" IS DISTINCT FROM (NEW."city") OR OLD."code" IS DISTINCT FROM (NEW."code") OR OLD."country_code" IS DISTINCT FROM (NEW."country_code") OR OLD."is_active" IS DISTINCT FROM (NEW."is_active") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."latitude" IS DISTINCT FROM (NEW."latitude") OR OLD."longitude" IS DISTINCT FROM (NEW."longitude") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."offers_pickup" IS DISTINCT FROM (NEW."offers_pickup") OR OLD."phone" IS DISTINCT FROM (NEW."phone") OR OLD."pickup_keep_days" IS DISTINCT FROM (NEW."pickup_keep_days") OR OLD."pickup_lead_minutes" IS DISTINCT FROM (NEW."pickup_lead_minutes") OR OLD."postal_code" IS DISTINCT FROM (NEW."postal_code") OR OLD."recount_above_percent" IS DISTINCT FROM (NEW."recount_above_percent") OR OLD."recount_above_units" IS DISTINCT FROM (NEW."recount_above_units") OR OLD."region" IS DISTINCT FROM (NEW."region") OR OLD."ship_rank" IS DISTINCT FROM (NEW."ship_rank") OR OLD."ships" IS DISTINCT FROM (NEW."ships") OR OLD."street_address" IS DISTINCT FROM (NEW."street_address") OR OLD."takes_returns" IS DISTINCT FROM (NEW."takes_returns") OR OLD."time_zone" IS DISTINCT FROM (NEW."time_zone"))',
                    func='INSERT INTO "inventory_locationchange" ("city", "code", "country_code", "is_active", "kind", "latitude", "longitude", "name", "offers_pickup", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "pickup_keep_days", "pickup_lead_minutes", "postal_code", "recount_above_percent", "recount_above_units", "region", "ship_rank", "ships", "street_address", "takes_returns", "time_zone") VALUES (OLD."city", OLD."code", OLD."country_code", OLD."is_active", OLD."kind", OLD."latitude", OLD."longitude", OLD."name", OLD."offers_pickup", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."phone", OLD."pickup_keep_days", OLD."pickup_lead_minutes", OLD."postal_code", OLD."recount_above_percent", OLD."recount_above_units", OLD."region", OLD."ship_rank", OLD."ships", OLD."street_address", OLD."takes_returns", OLD."time_zone"); RETURN NULL;',
                    hash="311e285c9bce784a7c2ed8883a9541b2a23988d9",
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
                    func='INSERT INTO "inventory_locationchange" ("city", "code", "country_code", "is_active", "kind", "latitude", "longitude", "name", "offers_pickup", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "pickup_keep_days", "pickup_lead_minutes", "postal_code", "recount_above_percent", "recount_above_units", "region", "ship_rank", "ships", "street_address", "takes_returns", "time_zone") VALUES (OLD."city", OLD."code", OLD."country_code", OLD."is_active", OLD."kind", OLD."latitude", OLD."longitude", OLD."name", OLD."offers_pickup", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."phone", OLD."pickup_keep_days", OLD."pickup_lead_minutes", OLD."postal_code", OLD."recount_above_percent", OLD."recount_above_units", OLD."region", OLD."ship_rank", OLD."ships", OLD."street_address", OLD."takes_returns", OLD."time_zone"); RETURN NULL;',
                    hash="a9989f20539897674271b0bcd0d49311e3060023",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_364ae",
                    table="inventory_location",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="location",
            constraint=models.CheckConstraint(
                condition=models.Q(("recount_above_percent__lte", 100), ("recount_above_units__lte", 1000000)),
                name="location_recounts_within_reason",
                violation_error_message="A recount is needed above a million units and 100 percent at most.",
            ),
        ),
    ]
