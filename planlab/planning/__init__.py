"""What a plan is, and what proves it: below those who make plans."""
