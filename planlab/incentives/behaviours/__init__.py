"""People who adapt what they say to what it pays: a file a behaviour."""
