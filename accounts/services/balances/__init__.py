"""Gift cards, credit and points: issued, held, spent, expired; tiers. The lowest room: the others may import it."""
