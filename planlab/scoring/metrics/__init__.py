"""What runs are scored by: a file a metric, or a few that belong together."""
