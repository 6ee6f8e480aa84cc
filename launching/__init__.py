"""Starting and stopping: configuration, the data folder, agent sets, the platform, and the commands."""
