"""The gates of a PS engagement that can be tested in GitLab, by phase (PMO delivery kit, PSDM, change control)."""
