"""Benchmarks: how much of what people ask for is done right, and how fast everything is."""
