"""A model is a table: learners, the one scorer, explanation, validation, sign-off."""
