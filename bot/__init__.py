"""psbot: a GitLab bot that does the routine half of a Professional Services project manager's job."""

__version__ = "0.1.0"
