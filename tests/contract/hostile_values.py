"""What a slip of the hand, a careless program or an attacker may put into one field."""

# For a field that is typed into, of whatever type: the largest and the strangest of each kind.
TYPED = [
    "",
    "-1",
    "99999999",
    "9" * 30,
    "1e400",
    "٣",
    "0001-01-01",
    "9999-12-31",
    "25:61",
    "<script>%s{0}{name}{{ x }}{% x %}",
    "\u202eabc\u200f\u00a0\u200d",
    "https://[",
    "a" * 5_000,
    "\x00",
]
# For a field that holds JSON: each is also what a careless program sends.
JSONS = [
    "null",
    "5",
    '"x"',
    "[1]",
    '["blue"]',
    "[[]]",
    "{}",
    '{"en": 5}',
    '{"en": null}',
    '{"en": {"en": "a"}}',
    '{"xx": "a"}',
    '{"": ""}',
    '{"colour": ["a", 1]}',
    '{"colour": 1e400}',
    '{"weight": 9e99}',
    '[{"kind": "x"}]',
    '[{"from": -1, "percent": "NaN"}]',
    '{"en": "\\u0000"}',
    "[" * 300,
]
# For a field whose values are listed.
CHOSEN = ["", "x", "9" * 30]
# What a careless program sends for one member of a JSON object.
SENT = [*TYPED, None, True, 5, -1, 10**30, 1.5, [], [1], ["x"], {}, {"en": 5}, "\ud800"]
