"""Text: safe, worded, in the reader's language."""
