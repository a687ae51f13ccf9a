"""Who calls a measured shop: visitors, their crowd, and the same work by hand."""
