"""RAID log and escalations."""
