"""``python -m jakstat``: the command of this name, where it is not on the path."""

from jakstat.command_line import main

main(prog_name="jakstat")
