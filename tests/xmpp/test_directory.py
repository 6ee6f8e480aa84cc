"""The directory over the wire, without the assistant."""

from __future__ import annotations

import pytest

from ontology.management import APDescription, APService, DFAgentDescription, GetDescription, ServiceDescription
from tests.xmpp.society import Society

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group(__name__)]


async def test_it_describes_the_platform(society: Society) -> None:
    directory = await society.found()
    ann = await society.fipa_agent("ann")
    described = await ann.request(directory.identifier, GetDescription(), timeout=5)
    domain, here = society.platform.agents_domain, (directory.identifier.name,)
    assert described == APDescription(
        name=domain,
        ap_services=(
            APService(name="ams", type="fipa-ams", addresses=here),
            APService(name="df", type="fipa-df", addresses=here),
            APService(name="acc", type="fipa-acc", addresses=(f"xmpp:{domain}",)),
        ),
    )


async def test_it_is_itself_a_df(society: Society) -> None:
    directory = await society.found()
    ann = await society.fipa_agent("ann")
    template = DFAgentDescription(services=(ServiceDescription(type="fipa-df"),))
    (found,) = await ann.directory.search(template)
    assert found.name == directory.identifier
