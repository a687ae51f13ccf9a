"""Gift cards, credit and points: issued, held, spent, expired; tiers."""
