"""The commands of the launcher, one file each: ``HELP``, ``add_arguments(parser)`` and ``run(arguments)``."""
