"""Pages of documents at the till."""
