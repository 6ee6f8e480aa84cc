"""A tokenizer that looks at the first words only, so that a pasted page costs no more than a paragraph."""

from typing import Any, Dict, List, Text

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.tokenizers.tokenizer import Token
from rasa.nlu.tokenizers.whitespace_tokenizer import WhitespaceTokenizer
from rasa.shared.nlu.training_data.message import Message


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class FirstWordsTokenizer(WhitespaceTokenizer):
    """Rasa's WhitespaceTokenizer, cut off behind ``limit`` tokens.

    The time DIET takes grows with the square of the number of tokens; what a person wants stands in the first
    of them. The text itself stays whole.
    """

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """Return the default configuration: that of WhitespaceTokenizer, and ``limit``."""
        return {**WhitespaceTokenizer.get_default_config(), "limit": 200}

    def tokenize(self, message: Message, attribute: Text) -> List[Token]:
        """Return the first ``limit`` tokens of ``attribute`` of ``message``."""
        text = message.get(attribute)
        # The regular expressions of the base class are slow on very long texts, too.
        if len(text) > self._config["limit"] * 40:
            message = Message({attribute: text[: self._config["limit"] * 40]})
        return super().tokenize(message, attribute)[: self._config["limit"]]
