"""The terms on which goods are sold, beside their prices."""
