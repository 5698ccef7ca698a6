"""What people say: a file a behaviour."""
