"""What if: changes to engagements, and the people whom engagements share."""
