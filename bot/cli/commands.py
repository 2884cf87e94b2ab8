"""All commands: each module adds its own to `app` by being imported; their heavy imports wait until a command runs."""

from bot.cli import assistants, deck, explain, init, jobs, new, setup, views
from bot.cli.app import app

__all__ = ["app", "assistants", "deck", "explain", "init", "jobs", "new", "setup", "views"]
