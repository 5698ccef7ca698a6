"""What moves the world from one period to the next: a file a law."""
