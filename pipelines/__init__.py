"""The order of the steps, and the only room that reads or writes the home."""
