"""Templates of the intents about facts and documents, and of goals that are open."""

from ontology.assistant.actions import AnswerQuestion, Compose, ForgetFact, IngestDocuments, RememberFact
from ontology.assistant.goals import Goal, Wish
from planning.templates.registry import needed, optional, template


@template("remember_fact")
def remember_fact(wish: Wish, goal: Goal) -> RememberFact:
    """Remember ``fact``."""
    return RememberFact(owner=goal.person, fact=needed(wish, "fact", "Please say what I should remember."))


@template("forget_fact")
def forget_fact(wish: Wish, goal: Goal) -> ForgetFact:
    """Forget ``fact``."""
    return ForgetFact(owner=goal.person, fact=needed(wish, "fact", "Please say what I should forget."))


@template("ask_fact")
def ask_fact(wish: Wish, goal: Goal) -> AnswerQuestion:
    """Answer ``question``, or the whole text, from what the person has told."""
    question = optional(wish, "question") or wish.text
    return AnswerQuestion(owner=goal.person, question=question, about="person")


@template("ask_documents")
def ask_documents(wish: Wish, goal: Goal) -> AnswerQuestion:
    """Answer ``question``, or the whole text, from the person's documents."""
    question = optional(wish, "question") or wish.text
    return AnswerQuestion(owner=goal.person, question=question, about="documents")


@template("ingest")
def ingest(wish: Wish, goal: Goal) -> IngestDocuments:
    """Read the file or folder ``path``; several stand one on a line."""
    lines = needed(wish, "path", "Please name the file or folder that I should read.").splitlines()
    paths = tuple(path for path in (line.strip().strip("\"'`").strip() for line in lines) if path)
    return IngestDocuments(owner=goal.person, paths=paths)


@template("open_goal")
def open_goal(wish: Wish, goal: Goal) -> AnswerQuestion | Compose:
    """Have ``question`` answered by whoever knows best; have ``goal``, or the whole text, written about otherwise."""
    question = optional(wish, "question")
    if question is not None:
        return AnswerQuestion(owner=goal.person, question=question, about="anything")
    return Compose(owner=goal.person, instruction=optional(wish, "goal") or wish.text)
