"""Schedule: planned and earned value, milestones, critical path, slips."""
