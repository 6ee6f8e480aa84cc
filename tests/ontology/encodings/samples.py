"""Messages in the string representation, in the ways in which platforms print them, and what they say."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ontology.acl import AgentIdentifier


@dataclass(frozen=True)
class Sample:
    name: str
    text: str
    said: dict[str, Any] = field(default_factory=dict)


def agent(name: str, *addresses: str, **more: Any) -> AgentIdentifier:
    return AgentIdentifier(name=name, addresses=addresses, **more)


SAMPLES = (
    Sample(
        "JADE, a request",
        """(REQUEST
 :sender  ( agent-identifier :name da0@host:1099/JADE  :addresses (sequence http://host:7778/acc ))
 :receiver  (set ( agent-identifier :name df@host:1099/JADE  :addresses (sequence http://host:7778/acc )) )
 :content  "((action (agent-identifier :name df@host:1099/JADE) (search (df-agent-description :name \\"x y\\"))))"
 :reply-with  rma0@host:1099/JADE1234567890  :language  fipa-sl0  :ontology  FIPA-Agent-Management
 :protocol  fipa-request
 :conversation-id  C14872349_1234567890123 )""",
        {
            "performative": "request",
            "sender": agent("da0@host:1099/JADE", "http://host:7778/acc"),
            "receivers": (agent("df@host:1099/JADE", "http://host:7778/acc"),),
            "content": "((action (agent-identifier :name df@host:1099/JADE) "
            '(search (df-agent-description :name "x y"))))',
            "reply_with": "rma0@host:1099/JADE1234567890",
            "language": "fipa-sl0",
            "ontology": "FIPA-Agent-Management",
            "protocol": "fipa-request",
            "conversation_id": "C14872349_1234567890123",
        },
    ),
    Sample(
        "JADE, an answer with a deadline, serialised content and user-defined parameters",
        '(INFORM\r\n :sender  ( agent-identifier :name ping@host:1099/JADE  :X-role "a b" )\r\n'
        " :receiver  (set ( agent-identifier :name a@host:1099/JADE ) ( agent-identifier :name b@host:1099/JADE ) )\r\n"
        ':X-JADE-Encoding Base64\r\n :content  "rO0ABXQAAmhp" \r\n :reply-by  20261124T150000000Z\r\n'
        " :in-reply-to  R1_0  :encoding  String :X-priority 3 :X-empty  )",
        {
            "performative": "inform",
            "sender": agent("ping@host:1099/JADE", user_defined=(("X-role", "a b"),)),
            "receivers": (agent("a@host:1099/JADE"), agent("b@host:1099/JADE")),
            "content": "rO0ABXQAAmhp",
            "reply_by": datetime(2026, 11, 24, 15, tzinfo=UTC),
            "in_reply_to": "R1_0",
            "encoding": "String",
            "user_defined": {"X-JADE-Encoding": "Base64", "X-priority": "3", "X-empty": ""},
        },
    ),
    Sample(
        "JADE, quotation marks within quotation marks",
        '(INFORM :content "((say \\"he said \\\\"hi\\\\" twice\\"))" :language fipa-sl)',
        {"content": '((say "he said \\"hi\\" twice"))', "language": "fipa-sl"},
    ),
    Sample(
        "JADE, user-defined parameters without a value",
        "(REQUEST :X-JADE-Encoding :X-other :language fipa-sl :X-last)",
        {"user_defined": {"X-JADE-Encoding": "", "X-other": "", "X-last": ""}, "language": "fipa-sl"},
    ),
    Sample(
        "the example of the specifications",
        """(request
  :sender (agent-identifier :name dummy@foo.com :addresses (sequence iiop://foo.com/acc))
  :receiver (set (agent-identifier :name ams@foo.com :addresses (sequence iiop://foo.com/acc)))
  :language fipa-sl0
  :protocol fipa-request
  :ontology fipa-agent-management
  :content
    "((action
       (agent-identifier
         :name ams@foo.com
         :addresses (sequence iiop://foo.com/acc))
       (get-description)))")""",
        {
            "performative": "request",
            "sender": agent("dummy@foo.com", "iiop://foo.com/acc"),
            "receivers": (agent("ams@foo.com", "iiop://foo.com/acc"),),
            "protocol": "fipa-request",
        },
    ),
    Sample(
        "resolvers of resolvers",
        "(inform :sender (agent-identifier :name a :resolvers (sequence (agent-identifier :name r1 "
        ":resolvers (sequence (agent-identifier :name r2))) (agent-identifier :name r3))))",
        {"sender": agent("a", resolvers=(agent("r1", resolvers=(agent("r2"),)), agent("r3")))},
    ),
    Sample(
        "empty collections",
        "(inform :sender ( agent-identifier :name ams :addresses (sequence ) :resolvers (sequence )) :receiver (set ))",
        {"sender": agent("ams"), "receivers": ()},
    ),
    Sample(
        "one identifier in the place of a set",
        "(inform :receiver (agent-identifier :name b) :reply-to (Agent-Identifier :Name c))",
        {"receivers": (agent("b"),), "reply_to": (agent("c"),)},
    ),
    Sample(
        "names in any case, parameters in any order, tabs and line breaks anywhere",
        '\n\t(\tQuery-Ref\n:CONVERSATION-ID\n"a b"\t:Content\r\n"x"'
        ":Receiver(SET(agent-identifier\n:name\nb)):x-A\n1\n)\n\n",
        {
            "performative": "query-ref",
            "conversation_id": "a b",
            "content": "x",
            "receivers": (agent("b"),),
            "user_defined": {"x-A": "1"},
        },
    ),
    Sample(
        "words, strings, numbers and times in the place of one another",
        '(inform :language "fipa sl" :ontology "o" :protocol "p" :reply-with 17 :in-reply-to -1.5E3'
        ' :conversation-id 20261124T150000000Z :reply-by "20261124T150000000Z" :content word)',
        {
            "language": "fipa sl",
            "ontology": "o",
            "protocol": "p",
            "reply_with": "17",
            "in_reply_to": "-1.5E3",
            "conversation_id": "20261124T150000000Z",
            "reply_by": datetime(2026, 11, 24, 15, tzinfo=UTC),
            "content": "word",
        },
    ),
    Sample(
        "expressions, kept as they stand",
        '(inform :content ((action  a\n(say ")(" #3"))) x))) :ontology (set a b) :X-list (1 (2)))',
        {
            "content": '((action  a\n(say ")(" #3"))) x)))',
            "ontology": "(set a b)",
            "user_defined": {"X-list": "(1 (2))"},
        },
    ),
    Sample(
        "byte-length-encoded strings",
        '(inform :content #5"é"(\\ :X-empty #0" :language #4"a) b)',
        {"content": 'é"(\\', "user_defined": {"X-empty": ""}, "language": "a) b"},
    ),
    Sample(
        "a backslash before anything but a quotation mark", '(inform :content "C:\\n\\\\x")', {"content": "C:\\n\\\\x"}
    ),
    Sample(
        "characters of many languages",
        '(inform :content "日本 😀" :language für)',
        {"content": "日本 😀", "language": "für"},
    ),
    Sample(
        "bytes that are not UTF-8",
        '(inform :content "a\udcffb" :ontology #1"\udce9)',
        {"content": "a\udcffb", "ontology": "\udce9"},
    ),
    Sample(
        "a local time", "(inform :reply-by 20261124T150000000)", {"reply_by": datetime(2026, 11, 24, 14, tzinfo=UTC)}
    ),
    Sample(
        "a relative time",
        "(inform :reply-by +00000000T000010000)",
        {"reply_by": datetime(2026, 11, 24, 12, 0, 10, tzinfo=UTC)},
    ),
    Sample("nothing but a performative", "(cfp)", {"performative": "cfp", "receivers": (), "content": None}),
)
