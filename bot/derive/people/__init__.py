"""People: capacity and utilisation."""
