"""What people earn: accounts, and rewards that are paid by them."""
