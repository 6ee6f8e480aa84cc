import pytest
from pydantic import BaseModel, ValidationError

from knowledge.settings import KnowledgeSettings, ReadingLimits


@pytest.mark.parametrize("model", [KnowledgeSettings, ReadingLimits])
def test_every_setting_says_what_it_is_for(model: type[BaseModel]) -> None:
    assert all(field.description for field in model.model_fields.values())


def test_secrets_are_not_shown_and_mistakes_are_refused() -> None:
    settings = KnowledgeSettings.model_validate({"milvus_token": "root:hunter2"})
    assert "hunter2" not in repr(settings)
    with pytest.raises(ValidationError, match="colour"):
        KnowledgeSettings.model_validate({"colour": "blue"})
    with pytest.raises(ValidationError, match="max_bytes"):
        ReadingLimits(max_bytes=0)
