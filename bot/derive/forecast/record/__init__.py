"""What was forecast held against what came: commitments in reports, accuracy, why it moved, and the past replayed."""
