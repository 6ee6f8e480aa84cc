"""Where Rasa keeps its conversations. They run in Rasa's own environment and import nothing of ours."""
