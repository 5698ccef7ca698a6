"""What every part of the house stands on."""
