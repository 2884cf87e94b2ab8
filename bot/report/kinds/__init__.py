"""One module a report; each has a `REPORT` (see `bot.report.registry`). A new file here is a new report."""
