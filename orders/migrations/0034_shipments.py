"""Parcels get labels of carriers, and what the carriers say of them is kept."""

import core.texts.fields
import django.db.models.deletion
import orders.models.carriers.services
from django.conf import settings
from django.db import migrations, models

from core.states.guards import StateGuard, keep_rows

_TRACKED = ("in_transit", "out_for_delivery", "delivery_failed", "lost", "delivered", "sent_back")
_ON_THE_WAY = _TRACKED[:4]
GUARD = StateGuard(
    "orders_shipment",
    begins={"": ("asked", "ready")},
    moves={
        "": {
            "asked": ("ready", "failed"),
            "ready": ("cancelling", "cancelled", *_TRACKED),
            "cancelling": ("cancelled", "ready", *_TRACKED),
            **{state: tuple(other for other in _TRACKED if other != state) for state in _ON_THE_WAY},
        }
    },
)


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0031_exchanges"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="fulfilment",
            name="tracking_url",
            field=models.CharField(blank=True, db_default="", max_length=300, verbose_name="tracking address"),
        ),
        migrations.CreateModel(
            name="CarrierService",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80, unique=True, verbose_name="name")),
                ("carrier", models.CharField(max_length=20, verbose_name="carrier")),
                ("service", models.CharField(blank=True, max_length=80, verbose_name="the carrier's service")),
                (
                    "method",
                    models.CharField(
                        blank=True,
                        help_text="Its code; empty for parcels of all methods.",
                        max_length=40,
                        verbose_name="delivery method",
                    ),
                ),
                ("grams", models.PositiveIntegerField(default=1000, verbose_name="weight in grams if unknown")),
                (
                    "tracking_url",
                    models.CharField(
                        blank=True,
                        help_text="With {number} where the number of the parcel goes.",
                        max_length=300,
                        validators=[orders.models.carriers.services.check_tracking_address],
                        verbose_name="tracking address",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="position")),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
            ],
            options={
                "verbose_name": "carrier's service",
                "verbose_name_plural": "carriers' services",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("grams__gt", 0)), name="carrier_service_weighs_something"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Shipment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("carrier", models.CharField(max_length=20, verbose_name="carrier")),
                ("key", models.UUIDField(unique=True, verbose_name="reference")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "Asked for"),
                            ("ready", "Label ready"),
                            ("failed", "Refused by the carrier"),
                            ("cancelling", "Being cancelled"),
                            ("cancelled", "Cancelled"),
                            ("in_transit", "On the way"),
                            ("out_for_delivery", "Out for delivery"),
                            ("delivery_failed", "Nobody took it"),
                            ("lost", "Lost"),
                            ("delivered", "Delivered"),
                            ("sent_back", "Back to the sender"),
                        ],
                        max_length=20,
                        verbose_name="state",
                    ),
                ),
                ("carrier_ref", models.CharField(blank=True, max_length=80, verbose_name="carrier's number")),
                ("tracking", models.CharField(blank=True, max_length=80, verbose_name="tracking")),
                ("tracking_url", models.CharField(blank=True, max_length=300, verbose_name="tracking address")),
                ("label", models.BinaryField(blank=True, default=b"", verbose_name="label")),
                ("detail", models.CharField(blank=True, max_length=200, verbose_name="detail")),
                ("asked_at", models.DateTimeField(verbose_name="asked at")),
                ("claimed_until", models.DateTimeField(blank=True, null=True, verbose_name="being asked until")),
                ("tracked_at", models.DateTimeField(blank=True, null=True, verbose_name="there since")),
                ("looked_at", models.DateTimeField(blank=True, null=True, verbose_name="carrier asked at")),
                (
                    "resolution",
                    models.CharField(
                        blank=True,
                        choices=[("sent_again", "Sent again"), ("refunded", "Refunded"), ("found", "Found")],
                        max_length=20,
                        verbose_name="what was done",
                    ),
                ),
                ("resolution_note", core.texts.fields.NameField(blank=True, max_length=200, verbose_name="note")),
                (
                    "fulfilment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shipments",
                        to="orders.fulfilment",
                        verbose_name="parcel",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="made by",
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shipments",
                        to="orders.carrierservice",
                        verbose_name="service",
                    ),
                ),
            ],
            options={
                "verbose_name": "shipment",
                "verbose_name_plural": "shipments",
            },
        ),
        migrations.CreateModel(
            name="TrackingEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("carrier", models.CharField(max_length=20, verbose_name="carrier")),
                ("number", models.CharField(max_length=255, verbose_name="carrier's number of it")),
                ("carrier_ref", models.CharField(blank=True, max_length=80, verbose_name="carrier's number")),
                ("kind", models.CharField(blank=True, max_length=20, verbose_name="says")),
                ("happened_at", models.DateTimeField(verbose_name="happened at")),
                ("received_at", models.DateTimeField(verbose_name="received at")),
                (
                    "outcome",
                    models.CharField(
                        choices=[("waiting", "Waiting"), ("done", "Done"), ("unknown", "Not related to us")],
                        default="waiting",
                        max_length=10,
                        verbose_name="outcome",
                    ),
                ),
                ("raw", models.JSONField(default=dict, verbose_name="as it came")),
                (
                    "shipment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="orders.shipment",
                        verbose_name="shipment",
                    ),
                ),
            ],
            options={
                "verbose_name": "tracking event",
                "verbose_name_plural": "tracking events",
            },
        ),
        migrations.AddIndex(
            model_name="shipment",
            index=models.Index(
                condition=models.Q(("state__in", ("asked", "ready", "cancelling"))),
                fields=["id"],
                name="shipment_with_a_label",
            ),
        ),
        migrations.AddIndex(
            model_name="shipment",
            index=models.Index(
                condition=models.Q(
                    ("state__in", ("ready", "in_transit", "out_for_delivery", "delivery_failed", "lost"))
                ),
                fields=["looked_at"],
                name="shipment_on_its_way",
            ),
        ),
        migrations.AddConstraint(
            model_name="shipment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("failed", "cancelled")), _negated=True),
                fields=("fulfilment",),
                name="shipment_one_of_parcel",
            ),
        ),
        migrations.AddConstraint(
            model_name="shipment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("carrier_ref", ""), _negated=True),
                fields=("carrier", "carrier_ref"),
                name="shipment_once_at_carrier",
            ),
        ),
        migrations.AddConstraint(
            model_name="shipment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("state__in", ("in_transit", "out_for_delivery", "delivery_failed", "lost", "delivered")),
                        _negated=True,
                    ),
                    ("tracked_at__isnull", False),
                    _connector="OR",
                ),
                name="shipment_tracked_since",
            ),
        ),
        migrations.AddIndex(
            model_name="trackingevent",
            index=models.Index(
                condition=models.Q(("outcome", "waiting")), fields=["received_at"], name="tracking_event_waiting"
            ),
        ),
        migrations.AddConstraint(
            model_name="trackingevent",
            constraint=models.UniqueConstraint(fields=("carrier", "number"), name="tracking_event_once"),
        ),
        migrations.RunSQL(GUARD.create(), GUARD.drop()),
        keep_rows("orders_trackingevent", may_change=["outcome", "shipment_id"]),
    ]
