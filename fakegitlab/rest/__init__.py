"""GitLab's REST API v4, as far as a project-management bot uses it."""
