"""Since when a price of a list, or a promotion, is there: a late sale costs what it cost at its moment."""

from datetime import UTC, datetime

import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

# Nobody knows when the rows that are there were made: they count for every sale.
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0030_return_policies"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="listprice",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="listprice",
            name="delete_delete",
        ),
        migrations.AddField(
            model_name="listprice",
            name="created_at",
            field=models.DateTimeField(db_default=LONG_AGO, editable=False, verbose_name="created at"),
        ),
        migrations.AddField(
            model_name="listpricechange",
            name="created_at",
            field=models.DateTimeField(db_default=LONG_AGO, editable=False, verbose_name="created at"),
        ),
        migrations.AlterField(
            model_name="listprice",
            name="created_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name="created at"
            ),
        ),
        migrations.AlterField(
            model_name="listpricechange",
            name="created_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name="created at"
            ),
        ),
        migrations.AlterField(
            model_name="listpricechange",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="price_list_variant_min_quantity_amount_created_at_events",
                to="inventory.listprice",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="listprice",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."amount" IS DISTINCT FROM (NEW."amount") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."min_quantity" IS DISTINCT FROM (NEW."min_quantity") OR OLD."price_list_id" IS DISTINCT FROM (NEW."price_list_id") OR OLD."variant_id" IS DISTINCT FROM (NEW."variant_id"))',
                    func='INSERT INTO "inventory_listpricechange" ("amount", "created_at", "min_quantity", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "price_list_id", "variant_id") VALUES (OLD."amount", OLD."created_at", OLD."min_quantity", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."price_list_id", OLD."variant_id"); RETURN NULL;',
                    hash="ccc95cecce743f47d1818ab49ef8d52856bb12ae",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_7cf11",
                    table="inventory_listprice",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="listprice",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "inventory_listpricechange" ("amount", "created_at", "min_quantity", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "price_list_id", "variant_id") VALUES (OLD."amount", OLD."created_at", OLD."min_quantity", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."price_list_id", OLD."variant_id"); RETURN NULL;',
                    hash="18e883de19ff22471775d616ddf1494c1fd09d36",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_406e9",
                    table="inventory_listprice",
                    when="AFTER",
                ),
            ),
        ),
    ]
