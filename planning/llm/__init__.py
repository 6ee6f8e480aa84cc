"""Language models: one interface, and its back end for any OpenAI-compatible endpoint."""

from planning.llm.model import Completion, LanguageModel, Message, Tool, ToolCall, Usage
from planning.llm.openai_compatible import OpenAICompatible

__all__ = ["Completion", "LanguageModel", "Message", "OpenAICompatible", "Tool", "ToolCall", "Usage"]
