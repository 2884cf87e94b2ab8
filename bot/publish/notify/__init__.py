"""Digests outside GitLab: sent once a period and channel, remembered in GitLab, a failure named without its secrets."""
