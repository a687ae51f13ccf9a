"""What documents are made of, and how they are shown."""
