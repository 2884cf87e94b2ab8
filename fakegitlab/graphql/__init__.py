"""GitLab's GraphQL API, as far as a project-management bot uses it: a true subset of GitLab's own schema."""
