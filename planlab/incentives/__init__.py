"""What lying pays: rewards put to the test."""
