"""Renders the templates of this folder with Jinja2, set up as Hugging Face's transformers sets it up.

python3 -m venv v && v/bin/pip install jinja2==3.1.6 && v/bin/python make-goldens.py
"""
import copy
import datetime
import json
import pathlib

import jinja2
import jinja2.ext
from jinja2.sandbox import ImmutableSandboxedEnvironment

NOW = datetime.datetime(2026, 3, 5, 14, 7, 9)
HERE = pathlib.Path(__file__).parent


class Generation(jinja2.ext.Extension):
    tags = {"generation"}

    def parse(self, parser):
        lineno = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return jinja2.nodes.CallBlock(self.call_method("_render"), [], [], body).set_lineno(lineno)

    def _render(self, caller):
        return caller()


def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def raise_exception(message):
    raise jinja2.exceptions.TemplateError(message)


env = ImmutableSandboxedEnvironment(
    trim_blocks=True, lstrip_blocks=True, extensions=[Generation, jinja2.ext.loopcontrols])
env.filters["tojson"] = tojson
env.globals["raise_exception"] = raise_exception
env.globals["strftime_now"] = lambda format: NOW.strftime(format)


def outcome(template, variables):
    try:
        return {"prompt": env.from_string(template).render(**variables)}
    except Exception as e:
        return {"error": str(e)}


TOOLS = [
    {"type": "function", "function": {"name": "get_weather", "description": "Weather <b>now</b> & \"later\" in Köln",
     "parameters": {"type": "object", "properties": {
         "city": {"type": "string", "description": "It's a city"}, "days": {"type": "array", "items": {"type": "integer"}},
         "unit": {"type": ["string", "null"], "enum": ["°C", "°F"]}, "x": {}}, "required": ["city"]}}},
    {"type": "function", "function": {"name": "noop", "description": "", "parameters": {"type": "object", "properties": {}}}},
]
CALL = {"role": "assistant", "content": None, "tool_calls": [
    {"id": "abcdefghi", "type": "function", "function": {"name": "get_weather", "arguments": {"city": "Köln", "days": [1, 2.5], "ok": True, "n": None}}}]}
CONVERSATIONS = {
    "one": {"messages": [{"role": "user", "content": "  Hi \n"}]},
    "system": {"messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}]},
    "turns": {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "<think>\nhm\n</think>\n\nb"}, {"role": "user", "content": "c"}], "add_generation_prompt": False},
    "unfinished": {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "<think>\nhm\n</think>\n\nb"}], "add_generation_prompt": False},
    "tools": {"messages": [{"role": "user", "content": "Weather?"}], "tools": TOOLS},
    "tool-round": {"messages": [{"role": "user", "content": "Weather?"}, CALL, {"role": "tool", "content": "12°", "tool_call_id": "abcdefghi"}, {"role": "assistant", "content": "12 degrees"}, {"role": "user", "content": "Thanks"}], "tools": TOOLS},
    "two-tool-results": {"messages": [{"role": "user", "content": "Weather?"}, CALL, {"role": "tool", "content": "12°", "tool_call_id": "abcdefghi"}, {"role": "tool", "content": "13°", "tool_call_id": "abcdefghi"}], "tools": TOOLS},
    "parts": {"messages": [{"role": "user", "content": [{"type": "text", "text": " What is "}, {"type": "image"}, {"type": "text", "text": "this? "}]}]},
    "template-in-message": {"messages": [{"role": "user", "content": "{{ 7*7 }} {% if true %}x{% endif %} {# c #}"}]},
    "wrong-order": {"messages": [{"role": "assistant", "content": "a"}, {"role": "assistant", "content": "b"}]},
    "no-thinking": {"messages": [{"role": "user", "content": "a"}, {"role": "user", "content": "b"}], "enable_thinking": False, "controls": {"length": "long"}, "name": "Bo"},
    "skipped": {"messages": [{"role": "skip", "content": "x"}, {"role": "user", "content": "a"}, {"role": "stop", "content": "b"}, {"role": "user", "content": "c"}]},
}
families = []
for path in sorted((HERE / "families").glob("*.jinja")):
    template = path.read_text("utf-8")
    for name, variables in CONVERSATIONS.items():
        given = {"messages": variables["messages"], "tools": variables.get("tools"),
                 "add_generation_prompt": variables.get("add_generation_prompt", True),
                 "bos_token": "<s>", "eos_token": "</s>"}
        given.update({k: v for k, v in variables.items() if k not in given})
        families.append({"template": path.name, "conversation": name, **outcome(template, given)})

VARIABLES = {
    "s": "Hello, World", "sp": "  a b \n", "empty": "", "n": 7, "f": 2.5, "t": True, "no": None, "l": [3, 1, 2], "u": "Äß🚀x",
    "d": {"b": 1, "a": "x", "items": 5}, "m": [{"r": "u", "c": "1", "x": {"y": 1}}, {"r": "a", "c": "2"}, {"r": "u", "c": None}],
    "html": "<a href=\"x\">'&'</a>", "words": ["b", "A", "c", "B"],
}
SNIPPETS = [line for line in (HERE / "snippets.txt").read_text("utf-8").split("\n") if line]
snippets = [{"template": json.loads(s), **outcome(json.loads(s), copy.deepcopy(VARIABLES))} for s in SNIPPETS]
(HERE / "goldens.json").write_text(json.dumps(
    {"origin": f"make-goldens.py with Jinja2 {jinja2.__version__}", "now": NOW.isoformat(),
     "conversations": CONVERSATIONS, "families": families, "variables": VARIABLES, "snippets": snippets},
    ensure_ascii=False, indent=1) + "\n", "utf-8")
print(len(families), "renderings,", len(snippets), "snippets;", sum("error" in x for x in families), "+", [s["template"] for s in snippets if "error" in s])
