"""Understanding: what a person's words ask for. One contract (``readings``), several readers behind it."""
