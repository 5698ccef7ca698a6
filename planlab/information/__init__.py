"""What is said: reports, behaviours, channels and replies."""
