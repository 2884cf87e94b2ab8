"""Money: budget, hours, acceptance."""
