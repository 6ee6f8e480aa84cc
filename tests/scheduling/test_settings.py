import pytest
from pydantic import ValidationError

from scheduling.settings import SchedulingSettings


def test_every_setting_is_described() -> None:
    assert all(field.description for field in SchedulingSettings.model_fields.values())


def test_the_lease_must_outlast_a_delivery() -> None:
    with pytest.raises(ValidationError, match="less than lease_s"):
        SchedulingSettings(lease_s=10, delivery_timeout_s=10)


def test_no_sleep_is_longer_than_half_a_minute() -> None:
    with pytest.raises(ValidationError):
        SchedulingSettings(longest_sleep_s=31)
