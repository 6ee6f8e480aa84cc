"""Rasa's DIET classifier, loaded without a step of training.

Rasa makes the variables of a model that it loads by training it on one example; to trace that step, with its
gradients, takes two thirds of the time in which Rasa starts. A checkpoint of TensorFlow restores variables also when
they are made after it was read, so here the first prediction makes them, which has to be traced in any case.
"""

from __future__ import annotations

from typing import Any, Optional, Text, Type

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.classifiers.diet_classifier import DIET, DIETClassifier
from rasa.utils.tensorflow.model_data import RasaModelData


class QuickDIET(DIET):
    """DIET, which is loaded as it will be used: for predictions."""

    @classmethod
    def load(
        cls,
        model_file_name: Text,
        model_data_example: RasaModelData,
        predict_data_example: Optional[RasaModelData] = None,
        finetune_mode: bool = False,
        *args: Any,
        **kwargs: Any,
    ) -> QuickDIET:
        """Return the model with the weights of a file; see ``RasaModel.load`` for the arguments."""
        if finetune_mode or predict_data_example is None:
            return super().load(
                model_file_name, model_data_example, predict_data_example, finetune_mode, *args, **kwargs
            )
        model = cls(*args, **kwargs)
        restored = model.load_weights(model_file_name)
        model.run_inference(predict_data_example)
        restored.assert_existing_objects_matched()
        return model


@DefaultV1Recipe.register(
    [DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR],
    is_trainable=True,
)
class QuickDIETClassifier(DIETClassifier):
    """Classifies intents and finds entities as DIET does, and is ready sooner."""

    @staticmethod
    def model_class() -> Type[QuickDIET]:
        """Return the model that is trained and loaded."""
        return QuickDIET
