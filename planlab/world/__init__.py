"""What truly happens: every plan is executed by the same physics."""
