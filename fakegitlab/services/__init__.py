"""What GitLab does, below its two APIs: who may, what changes, what is written down about it."""
