"""External services that carts are priced with."""
