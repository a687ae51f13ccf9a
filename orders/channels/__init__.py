"""What several channels share: the shape of input and output, and the base of their views. Services do not know it."""
