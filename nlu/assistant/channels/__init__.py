"""Channels by which messages come to Rasa. They run in Rasa's own environment and import nothing of ours."""
