"""The pages of this project, and `python -m docs.generate`, which prints the generated ones. Not packaged."""
