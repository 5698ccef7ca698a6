"""Tables that come with Python packages: a file a source."""
