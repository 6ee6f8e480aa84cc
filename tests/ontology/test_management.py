import pytest

from ontology.acl import AgentIdentifier
from ontology.management import (
    AMSAgentDescription,
    Description,
    DFAgentDescription,
    Property,
    ServiceDescription,
    matches,
)

ANN = AgentIdentifier(name="ann@agents.localhost")
OFFER = DFAgentDescription(
    name=ANN,
    services=(
        ServiceDescription(name="exact", type="calculate", properties=(Property(name="digits", value="50"),)),
        ServiceDescription(name="files", type="find-files", languages=("json",)),
    ),
    languages=("json", "fipa-sl"),
    lease_time=90,
)


@pytest.mark.parametrize(
    ("template", "fits"),
    [
        (DFAgentDescription(), True),
        (DFAgentDescription(name=ANN), True),
        (DFAgentDescription(name=AgentIdentifier(name="bob@agents.localhost")), False),
        (DFAgentDescription(services=(ServiceDescription(type="calculate"),)), True),
        (DFAgentDescription(services=(ServiceDescription(type="calculate", name="files"),)), False),
        (DFAgentDescription(services=(ServiceDescription(type="calculate"), ServiceDescription(name="files"))), True),
        (DFAgentDescription(services=(ServiceDescription(type="calculate"), ServiceDescription(type="fly"))), False),
        (DFAgentDescription(services=(ServiceDescription(properties=(Property(name="digits", value="50"),)),)), True),
        (DFAgentDescription(services=(ServiceDescription(properties=(Property(name="digits", value="9"),)),)), False),
        (DFAgentDescription(languages=("fipa-sl",)), True),
        (DFAgentDescription(languages=("fipa-sl", "xml")), False),
        (DFAgentDescription(lease_time=1), True),
        (AMSAgentDescription(), False),
    ],
)
def test_templates_match_as_fipa_says(template: Description, fits: bool) -> None:
    assert matches(template, OFFER) is fits
