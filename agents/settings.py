"""The assistant's settings: the sections of its libraries, side by side."""

from pydantic import BaseModel, ConfigDict, Field

from actuation.settings import ActuationSettings
from knowledge.settings import KnowledgeSettings
from nlu.settings import NluSettings
from planning.settings import LlmSettings, PlanningSettings
from scheduling.settings import SchedulingSettings
from vision.settings import VisionSettings
from xmpp.dashboard.settings import WebSettings
from xmpp.recorder import RecordingSettings
from xmpp.telemetry import TelemetrySettings


class Settings(BaseModel):
    """What the agents can be told; each section is documented where it is declared."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    nlu: NluSettings = Field(default_factory=NluSettings, description="understanding, and Rasa")
    planning: PlanningSettings = Field(default_factory=PlanningSettings, description="how goals are pursued")
    llm: LlmSettings = Field(default_factory=LlmSettings, description="the language model, if any")
    scheduling: SchedulingSettings = Field(default_factory=SchedulingSettings, description="reminders")
    knowledge: KnowledgeSettings = Field(default_factory=KnowledgeSettings, description="documents and memories")
    vision: VisionSettings = Field(default_factory=VisionSettings, description="looking at the screen")
    actuation: ActuationSettings = Field(
        default_factory=ActuationSettings, description="files, code, the web, and what is allowed of them"
    )
    recording: RecordingSettings = Field(
        default_factory=RecordingSettings, description="keeping in memory what the agents say, for `sniff` to show"
    )
    web: WebSettings = Field(default_factory=WebSettings, description="pages about the agents, for a browser here")
    telemetry: TelemetrySettings = Field(default_factory=TelemetrySettings, description="traces, for a collector")
