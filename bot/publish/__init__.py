"""Desired notes and issues × what stands in GitLab → a plan (pure), then its execution: exactly once, verified, resumable."""
