"""Dagster: the steps of `pipelines`, scheduled, observed and gated. Each body calls one step."""
