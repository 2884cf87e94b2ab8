"""Benchmarks, chaos and mutation testing: not part of the product."""
