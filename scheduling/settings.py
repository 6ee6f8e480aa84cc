"""What can be set about reminders."""

from pydantic import BaseModel, ConfigDict, Field, model_validator


class SchedulingSettings(BaseModel):
    """Limits, times and the place of the store. All lengths of time are in seconds unless named otherwise."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    database: str = Field(
        default="",
        description="SQLAlchemy URL of the database, such as postgresql+psycopg://...; "
        "empty: a SQLite file in the data folder",
    )
    max_per_person: int = Field(default=200, ge=1, description="reminders one person may have waiting")
    max_text: int = Field(default=1000, ge=1, le=100_000, description="longest text, in characters")
    furthest_years: int = Field(default=50, ge=1, le=500, description="how far ahead a reminder may be due")
    past_grace_s: float = Field(
        default=60, ge=0, description="a time gone by for no longer than this is due at once, not refused"
    )
    shortest_repeat_s: float = Field(
        default=10, ge=1, description="shortest time between two occurrences of a recurring reminder"
    )
    lease_s: float = Field(
        default=60, gt=0, description="for how long a claim on a reminder holds; then another may take it"
    )
    delivery_timeout_s: float = Field(
        default=30, gt=0, description="longest a delivery may take; must be shorter than the lease"
    )
    retry_first_s: float = Field(default=5, gt=0, description="pause after the first failed delivery; doubles")
    retry_longest_s: float = Field(default=300, gt=0, description="longest pause between two deliveries")
    parallel_deliveries: int = Field(default=32, ge=1, le=100, description="deliveries under way at a time")
    longest_sleep_s: float = Field(
        default=10,
        gt=0,
        le=30,
        description="the clock is looked at again after this long, so that a change of it is noticed",
    )
    stop_grace_s: float = Field(default=2, ge=0, description="time that running deliveries get at a stop")
    late_after_s: float = Field(default=5, ge=0, description="from this lateness on, a delivery says when it was due")
    keep_finished_days: float = Field(
        default=30, ge=0, description="days after which delivered and cancelled reminders are erased"
    )
    hour12: bool = Field(default=False, description="say times as 5:30 pm instead of 17:30")

    @model_validator(mode="after")
    def _lease_outlasts_delivery(self) -> "SchedulingSettings":
        if self.delivery_timeout_s >= self.lease_s:
            raise ValueError("delivery_timeout_s must be less than lease_s, or one reminder may go out twice")
        return self
