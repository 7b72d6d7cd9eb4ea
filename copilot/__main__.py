"""`python -m copilot`: the one command."""

from copilot.cli import main

main()
