"""Parts of the Rasa pipeline. They run in Rasa's own environment and import nothing of ours."""
