"""Days in Japan. A day's partition exists on the day itself (end_offset 1): the run for D is on D, at 05:30."""

import dagster as dg

DAYS = dg.DailyPartitionsDefinition(start_date="2000-01-01", timezone="Asia/Tokyo", end_offset=1)
DAY_BEFORE = dg.TimeWindowPartitionMapping(start_offset=-1, end_offset=-1)
ONE_RUN = dg.BackfillPolicy.single_run()
"""A backfill is one run; each step takes its days in order."""
