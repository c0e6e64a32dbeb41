"""A made-up city that writes the files real offices write. Shares no code with the pipeline."""
