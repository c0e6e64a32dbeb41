"""Dagster: the steps of `pipelines`, scheduled, observed and gated. Each body calls one step."""

import warnings

import dagster as dg

# Partitioned checks and single-run backfills are marked preview and beta in 1.13; the version is pinned exactly.
for _category in (dg.PreviewWarning, dg.BetaWarning):
    warnings.filterwarnings("ignore", category=_category)
