"""Agent management as it stands in the messages of FIPA platforms, JADE among them, in fipa-sl0."""

from datetime import UTC, datetime, timedelta

import pytest

from ontology.acl import ACLMessage, AgentIdentifier, Performative
from ontology.content import Element
from ontology.expressions import (
    Action,
    AlreadyRegistered,
    Done,
    Equals,
    InternalError,
    Iota,
    MissingParameter,
    NotRegistered,
    Pattern,
    Result,
    TermSequence,
    TermSet,
    Unauthorised,
    UnrecognisedParameterValue,
    UnrecognisedValue,
    UnsupportedAct,
    UnsupportedFunction,
    Variable,
)
from ontology.lifecycle import AGENT_LIFECYCLE, CreateAgent, KillAgent
from ontology.management import (
    AGENT_MANAGEMENT,
    AMSAgentDescription,
    APDescription,
    APService,
    Deregister,
    DFAgentDescription,
    GetDescription,
    Modify,
    Property,
    Register,
    Search,
    SearchConstraints,
    ServiceDescription,
)
from ontology.manager import ContentManager

MANAGER = ContentManager((AGENT_MANAGEMENT, AGENT_LIFECYCLE))

ADDRESS = "http://there:7778/acc"
DF = AgentIdentifier(name="df@there:1099/JADE", addresses=(ADDRESS,))
AMS = AgentIdentifier(name="ams@there")
ANN = AgentIdentifier(name="ann@there")
DF_SL = f"(agent-identifier :name df@there:1099/JADE :addresses (sequence {ADDRESS}))"
AMS_SL = "(agent-identifier :name ams@there)"
ANN_SL = "(agent-identifier :name ann@there)"
SERVICE = ServiceDescription(
    name="sums", type="calculate", ontologies=("maths",), ownership="Ann Ltd.",
    properties=(Property(name="digits", value=50), Property(name="exact", value=True)),
)  # fmt: skip
SERVICE_SL = (
    '(service-description :name sums :type calculate :ontologies (set maths) :ownership "Ann Ltd." '
    ":properties (set (property :name digits :value 50) (property :name exact :value true)))"
)
OFFER = DFAgentDescription(
    name=ANN, services=(SERVICE,), protocols=("fipa-request",), languages=("fipa-sl0",),
    lease_time=datetime(2026, 11, 24, 15, tzinfo=UTC),
)  # fmt: skip
OFFER_SL = (
    f"(df-agent-description :name {ANN_SL} :services (set {SERVICE_SL}) :protocols (set fipa-request) "
    ":languages (set fipa-sl0) :lease-time 20261124T150000000Z)"
)
REGISTER = Action(actor=DF, act=Register(description=OFFER))
REGISTER_SL = f"(action {DF_SL} (register {OFFER_SL}))"
SEARCH = Action(
    actor=DF,
    act=Search(
        template=DFAgentDescription(services=(ServiceDescription(type="calculate"),)),
        constraints=SearchConstraints(max_depth=2, max_results=-1, search_id="df@there1"),
    ),
)
SEARCH_SL = (
    f"(action {DF_SL} (search (df-agent-description :services (set (service-description :type calculate))) "
    "(search-constraints :max-depth 2 :max-results -1 :search-id df@there1)))"
)
X = Variable(name="x")
FOUND = Iota(term=X, proposition=Pattern.of(Result, action=SEARCH, value=X))

TEXTS: list[tuple[str, str, tuple[Element, ...]]] = [
    ("register", f"({REGISTER_SL})", (REGISTER,)),
    ("done", f"((done {REGISTER_SL}))", (Done(action=REGISTER),)),
    (
        "modify for a while",
        f"((action {DF_SL} (modify (df-agent-description :name {ANN_SL} :lease-time +00000000T000130000))))",
        (Action(actor=DF, act=Modify(description=DFAgentDescription(name=ANN, lease_time=90))),),
    ),
    (
        "deregister",
        f"((action {DF_SL} (deregister (df-agent-description :name {ANN_SL}))))",
        (Action(actor=DF, act=Deregister(description=DFAgentDescription(name=ANN))),),
    ),
    ("search", f"({SEARCH_SL})", (SEARCH,)),
    (
        "found",
        f"((result {SEARCH_SL} (set {OFFER_SL})))",
        (Result(action=SEARCH, value=TermSet(items=(OFFER,))),),
    ),
    ("found, as a sequence", f"((result {SEARCH_SL} (sequence)))",
     (Result(action=SEARCH, value=TermSequence(items=())),)),
    (
        "search of the AMS",
        f"((action {AMS_SL} (search (ams-agent-description :ownership JADE :state active) (search-constraints))))",
        (Action(actor=AMS, act=Search(template=AMSAgentDescription(ownership="JADE", state="active"),
                                      constraints=SearchConstraints())),),
    ),
    ("get-description", f"((action {AMS_SL} (get-description)))", (Action(actor=AMS, act=GetDescription()),)),
    (
        "the platform",
        f"((result (action {AMS_SL} (get-description)) (ap-description :name there :ap-services "
        f"(set (ap-service :name http :type fipa.mts.mtp.http.std :addresses (sequence {ADDRESS}))))))",
        (Result(action=Action(actor=AMS, act=GetDescription()),
                value=APDescription(name="there", ap_services=(
                    APService(name="http", type="fipa.mts.mtp.http.std", addresses=(ADDRESS,)),))),),
    ),
    ("refused", f"({REGISTER_SL} unauthorised)", (REGISTER, Unauthorised())),
    ("not offered", f"({REGISTER_SL} (unsupported-function register))",
     (REGISTER, UnsupportedFunction(function="register"))),
    ("lacks something", f"({REGISTER_SL} (missing-parameter df-agent-description name))",
     (REGISTER, MissingParameter(object_name="df-agent-description", parameter="name"))),
    ("has a wrong value", f"({REGISTER_SL} (unrecognised-parameter-value df-agent-description lease-time))",
     (REGISTER, UnrecognisedParameterValue(object_name="df-agent-description", parameter="lease-time"))),
    ("is there", f"({REGISTER_SL} already-registered)", (REGISTER, AlreadyRegistered())),
    ("is not there", f"({REGISTER_SL} not-registered)", (REGISTER, NotRegistered())),
    ("went wrong", f'({REGISTER_SL} (internal-error "The disk is full."))',
     (REGISTER, InternalError(explanation="The disk is full."))),
    ("not an act", "((unsupported-act propagate))", (UnsupportedAct(act="propagate"),)),
    ("not a value", "((unrecognised-value content))", (UnrecognisedValue(parameter="content"),)),
]  # fmt: skip


def message(content: str, language: str, ontology: str = "FIPA-Agent-Management") -> ACLMessage:
    return ACLMessage(
        performative=Performative.REQUEST,
        sender=ANN,
        receivers=(DF,),
        content=content,
        language=language,
        ontology=ontology,
    )


@pytest.mark.parametrize(("text", "elements"), [case[1:] for case in TEXTS], ids=[case[0] for case in TEXTS])
def test_what_platforms_write_is_read_and_written(text: str, elements: tuple[Element, ...]) -> None:
    assert MANAGER.decode(message(text, "FIPA-SL0")) == elements
    spoken = MANAGER.encode(*elements, ontology="FIPA-Agent-Management", language="FIPA-SL0")
    assert (spoken.content, spoken.language, spoken.ontology) == (text, "fipa-sl0", "FIPA-Agent-Management")


@pytest.mark.parametrize(
    ("text", "elements"),
    [
        (
            f"""
            (  (ACTION
                 (agent-identifier
                    :name "df@there:1099/JADE"
                    :addresses (Sequence "{ADDRESS}")
                    :X-JADE-agent-classname jade.domain.df)
                 (Search
                    (DF-Agent-Description :services (sequence (service-description :TYPE "calculate")))
                    (search-constraints :max-results +1)) ) )
            """,
            (
                Action(
                    actor=DF.model_copy(update={"user_defined": (("X-JADE-agent-classname", "jade.domain.df"),)}),
                    act=Search(
                        template=DFAgentDescription(services=(ServiceDescription(type="calculate"),)),
                        constraints=SearchConstraints(max_results=1),
                    ),
                ),
            ),
        ),
        (
            f"((action {DF_SL} (register :description (df-agent-description :name {ANN_SL} :services (set)))))",
            (Action(actor=DF, act=Register(description=DFAgentDescription(name=ANN))),),
        ),
        ("((action (agent-identifier :name ams@there) get-description))", None),
        (f"({REGISTER_SL} (unauthorised))", (REGISTER, Unauthorised())),
        (f"({REGISTER_SL} (already-registered))", (REGISTER, AlreadyRegistered())),
    ],
)
def test_other_ways_of_writing_are_read_too(text: str, elements: tuple[Element, ...] | None) -> None:
    if elements is None:
        with pytest.raises(ValueError, match="act"):
            MANAGER.decode(message(text, "fipa-sl0"))
    else:
        assert MANAGER.decode(message(text, "fipa-sl0")) == elements


@pytest.mark.parametrize(
    ("text", "elements"),
    [
        (f"((iota ?x (result {SEARCH_SL} ?x)))", (FOUND,)),
        (
            f"((= (iota ?x (result {SEARCH_SL} ?x)) (set {OFFER_SL})))",
            (Equals(left=FOUND, right=TermSet(items=(OFFER,))),),
        ),
    ],
)
def test_subscriptions_to_the_df_are_read_and_written(text: str, elements: tuple[Element, ...]) -> None:
    assert MANAGER.decode(message(text, "fipa-sl")) == elements
    assert MANAGER.encode(*elements, ontology="FIPA-Agent-Management", language="fipa-sl2").content == text


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("(create-agent :type Painter)", CreateAgent(type="Painter")),
        (
            "(create-agent :type Painter :name bob :arguments (set (property :name colour :value red)))",
            CreateAgent(type="Painter", name="bob", arguments=(Property(name="colour", value="red"),)),
        ),
        (f"(kill-agent :agent {ANN_SL})", KillAgent(agent=ANN)),
    ],
)
def test_agents_are_started_and_stopped(text: str, act: CreateAgent | KillAgent) -> None:
    content = f"((action {AMS_SL} {text}))"
    elements = (Action(actor=AMS, act=act),)
    assert MANAGER.decode(message(content, "fipa-sl0", AGENT_LIFECYCLE.name)) == elements
    spoken = MANAGER.encode(*elements, language="fipa-sl0")
    assert (spoken.content, spoken.ontology) == (content, AGENT_LIFECYCLE.name)


@pytest.mark.parametrize(
    ("given", "lease"),
    [
        (90, timedelta(seconds=90)),
        (0.5, timedelta(seconds=0.5)),
        (timedelta(minutes=1), timedelta(minutes=1)),
        ("PT1M", timedelta(minutes=1)),
        ("2026-11-24T15:00:00Z", datetime(2026, 11, 24, 15, tzinfo=UTC)),
    ],
)
def test_leases_are_spans_or_instants(given: object, lease: timedelta | datetime) -> None:
    assert DFAgentDescription.model_validate({"lease_time": given}).lease_time == lease


@pytest.mark.parametrize("given", [0, -1, True, 1e300, float("inf"), float("nan"), "-PT1S", "soon", timedelta()])
def test_what_is_no_lease_is_refused(given: object) -> None:
    with pytest.raises(ValueError, match="lease_time"):
        DFAgentDescription.model_validate({"lease_time": given})


@pytest.mark.parametrize(
    ("constraints", "limit"),
    [
        (None, None),
        (SearchConstraints(), None),
        (SearchConstraints(max_results=-1), None),
        (SearchConstraints(max_results=0), 0),
        (SearchConstraints(max_results=5), 5),
    ],
)
def test_searches_may_be_limited(constraints: SearchConstraints | None, limit: int | None) -> None:
    assert Search(template=DFAgentDescription(), constraints=constraints).limit == limit
