"""`python -m pipelines`: the same as `kizuki`, from whatever checkout is first on the path."""

from pipelines.cli import main

main()
