"""Updates the shop's tax rates from a provider."""

from collections.abc import Sequence

from django.db import transaction

from carts.models import TaxRate, TaxZone
from carts.providers.taxes.base import KnownRate, TaxProvider
from carts.rules.taxes import whole_and_finer
from inventory.models import TaxCategory


def refresh_rates(*, zone: TaxZone, provider: TaxProvider) -> int:
    """
    Read the rates of a zone from a provider and store those that are new; return how many were.

    The provider is called outside of any transaction. Only categories of the shop are stored. Raises ServiceError,
    which leaves the rates as they were.
    """
    prefix = zone.postcode_prefixes[0] if zone.postcode_prefixes else ""
    known = provider.rates_of(country=zone.country, region=zone.region, postcode=prefix)
    return save_rates(zone=zone, known=known)


@transaction.atomic
def save_rates(*, zone: TaxZone, known: Sequence[KnownRate]) -> int:
    """Store rates that differ from the rate on their first day, which ends there. Locks the zone. Return how many."""
    TaxZone.objects.select_for_update().get(pk=zone.pk)
    categories = {category.code: category for category in TaxCategory.objects.all()}
    # A provider knows one tax; where there are several, each with a name, staff keep their rates.
    present = list(TaxRate.objects.filter(zone=zone, levy="").order_by("starts_date"))
    written = 0
    for rate in sorted(known, key=lambda rate: rate.starts):
        category = categories.get(rate.category)
        if category is None:
            continue
        whole, finer = whole_and_finer(rate.basis_points)
        of_category = [row for row in present if row.category_id == category.pk]
        before = next((row for row in reversed(of_category) if row.starts_date <= rate.starts), None)
        after = next((row for row in of_category if row.starts_date > rate.starts), None)
        holds = before is not None and (before.ends_date is None or before.ends_date > rate.starts)
        if holds and before is not None:
            if before.rate == rate.basis_points:
                continue
            if before.starts_date == rate.starts:
                before.basis_points, before.finer = whole, finer
                before.save(update_fields=["basis_points", "finer"])
                written += 1
                continue
            before.ends_date = rate.starts
            before.save(update_fields=["ends_date"])
        new = TaxRate.objects.create(
            zone=zone,
            category=category,
            basis_points=whole,
            finer=finer,
            starts_date=rate.starts,
            ends_date=after.starts_date if after else None,
        )
        present = sorted([*present, new], key=lambda row: row.starts_date)
        written += 1
    return written
