"""The terms on which the goods of a cart are sold, beside their prices."""
