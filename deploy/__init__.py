"""Running Parley as services: what the containers need besides the assistant itself."""
