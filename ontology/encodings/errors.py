"""What is wrong with a message that can't be read, and where."""


class MalformedMessage(ValueError):
    """Something that is not a message in its encoding. The text says what was expected and where.

    Args:
        problem: what is wrong.
        position: how many characters of the text, or bytes where the encoding is binary, stand before it.
        text: the text, so that the error can name line and column; None for binary encodings.
    """

    def __init__(self, problem: str, position: int, text: str | None = None) -> None:
        if text is None:
            place = f"at byte {position}"
        else:
            line = text.count("\n", 0, position) + 1
            column = position - text.rfind("\n", 0, position)
            place = f"in line {line}, column {column}"
        super().__init__(f"{problem} {place}")
        self.problem = problem
        self.position = position
