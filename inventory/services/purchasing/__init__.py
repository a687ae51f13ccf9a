"""What follows from proposals to order."""
