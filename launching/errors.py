"""What can go wrong before or beside the agents, in a sentence that says what to do."""


class LaunchError(Exception):
    """Something about the start, the configuration or a command is not as it must be."""


class NotRunningError(LaunchError):
    """No assistant runs on this data folder."""
