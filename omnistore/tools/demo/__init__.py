"""The demo shop: its products, locations and people as data, the drawn pictures, and the loader that seeds them."""
