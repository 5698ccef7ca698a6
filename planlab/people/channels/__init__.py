"""How what was said travels: a file a channel."""
