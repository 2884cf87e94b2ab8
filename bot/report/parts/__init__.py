"""The parts that several reports are put together from: colours and trend, changes, next steps, asks, tables."""
