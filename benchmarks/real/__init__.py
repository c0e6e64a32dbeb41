"""Benchmarks on public real data."""
