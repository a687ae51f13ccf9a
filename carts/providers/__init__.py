"""Services outside the shop that carts are priced by."""
