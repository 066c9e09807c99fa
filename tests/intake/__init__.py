"""Layouts and lab files that tests of the intake and of the command line share."""
