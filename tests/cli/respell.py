#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# respell.py: a canonical history in the spelling of another tool, driven by the .proto files.
"""
A Speller walks a history with the types of its fields, and has a method for each thing that
tools spell in ways of their own: names, enums, 64-bit numbers, times, durations, bytes, oneofs,
payloads, events. The subclasses of SPELLINGS change what their tool changes. JSON is written
here, too, since json.dumps() would rearrange the numbers inside of payloads.
"""
import base64
import datetime
import json
import os
import re

EVENT = "temporal.api.history.v1.HistoryEvent"
PAYLOAD = "temporal.api.common.v1.Payload"
PAYLOADS = "temporal.api.common.v1.Payloads"
HISTORY = "temporal.api.history.v1.History"
WHOLE = {"int32", "int64", "uint32", "uint64"}


class Raw:
    """JSON text that is written as it stands."""

    def __init__(self, text):
        self.text = text


class Field:
    def __init__(self, name, kind, repeated, oneof, key=None):
        self.name, self.kind, self.repeated, self.oneof, self.key = name, kind, repeated, oneof, key
        self.json = re.sub(r"_(.)", lambda m: m.group(1).upper(), name)


class Schema:
    """messages: full name -> [Field]; enums: full name -> {value name: number}."""

    def __init__(self, folder):
        self.messages, self.enums = {}, {}
        for name in sorted(os.listdir(folder)):
            if name.endswith(".proto"):
                with open(os.path.join(folder, name), encoding="utf-8") as f:
                    self.read(f.read())

    def read(self, text):
        package = re.search(r"package ([\w.]+);", text).group(1)
        stack = []
        for line in text.split("\n"):
            opened = re.match(r"\s*(message|enum|oneof) (\w+) \{", line)
            full = ".".join([package] + [n for k, n in stack if k != "oneof"])
            if opened:
                stack.append(opened.groups())
                if opened.group(1) != "oneof":
                    (self.messages if opened.group(1) == "message" else self.enums)[
                        full + "." + opened.group(2)] = [] if opened.group(1) == "message" else {}
            elif re.match(r"\s*\}", line) and stack:
                stack.pop()
            elif stack and stack[-1][0] == "enum":
                value = re.match(r"\s*(\w+) = (-?\d+)", line)
                if value:
                    self.enums[full][value.group(1)] = int(value.group(2))
            elif stack:
                self.read_field(full, stack[-1], line)

    def read_field(self, full, top, line):
        oneof = top[1] if top[0] == "oneof" else None
        found = re.match(r"\s*map<string, ?([\w.]+)> (\w+) = \d+", line)
        if found:
            self.messages[full].append(Field(found.group(2), found.group(1).lstrip("."), False, None,
                                             "map"))
            return
        found = re.match(r"\s*(repeated )?([\w.]+) (\w+) = \d+", line)
        if found and found.group(2) != "reserved":
            self.messages[full].append(Field(found.group(3), found.group(2).lstrip("."),
                                             bool(found.group(1)), oneof))


def pascal(field):
    return field.json[0].upper() + field.json[1:]


def dump(value):
    if isinstance(value, Raw):
        return value.text
    if isinstance(value, dict):
        return "{" + ",".join(json.dumps(k) + ":" + dump(v) for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(dump, value)) + "]"
    return json.dumps(value)


def seconds_and_nanos(text):
    """Of a canonical duration or time."""
    if text.endswith("s"):
        sign = -1 if text.startswith("-") else 1
        whole, _, part = text[:-1].lstrip("-").partition(".")
        return sign * int(whole), sign * int(part.ljust(9, "0") or 0)
    whole, _, part = text[:-1].partition(".")
    at = datetime.datetime.strptime(whole, "%Y-%m-%dT%H:%M:%S")
    since = at - datetime.datetime(1970, 1, 1)
    return since.days * 86400 + since.seconds, int(part.ljust(9, "0") or 0)


def is_compact(text):
    """Whether TEXT is JSON without blanks between its tokens."""
    try:
        json.loads(text)
    except ValueError:
        return False
    outside = re.sub(r'"(?:\\.|[^"\\])*"', "", text)
    return not re.search(r"\s", outside) and text == text.strip()


class Speller:
    exact = True  # nothing is lost or guessed

    def __init__(self, schema):
        self.schema = schema

    def history(self, history):
        return dump(self.message(HISTORY, history))

    def message(self, kind, value):
        out = {}
        for field in self.schema.messages[kind]:
            if field.json in value:
                self.put(out, field, self.field(field, value[field.json]))
        if kind == EVENT:
            out = self.event(out, value)
        return out

    def put(self, out, field, value):
        out[self.name(field)] = value

    def field(self, field, value):
        if field.key:
            return {k: self.value(field.kind, v) for k, v in value.items()}
        if field.repeated:
            return [self.value(field.kind, v) for v in value]
        return self.value(field.kind, value)

    def value(self, kind, value):
        if kind in WHOLE:
            return self.whole(int(value), kind) if kind.endswith("64") else value
        if kind == "bytes":
            return self.bytes(base64.b64decode(value))
        if kind in ("google.protobuf.Timestamp", "google.protobuf.Duration"):
            return self.time(value, kind)
        if kind in self.schema.enums:
            return self.enum(value, self.schema.enums[kind], kind)
        if kind == PAYLOAD:
            return self.payload(value)
        if kind == PAYLOADS:
            return self.payloads(value)
        if kind in self.schema.messages:
            return self.message(kind, value)
        return value

    def name(self, field):
        return field.json

    def whole(self, value, kind):
        return str(value)

    def bytes(self, value):
        return base64.b64encode(value).decode()

    def time(self, text, kind):
        return text

    def enum(self, name, values, kind):
        return name

    def payload(self, value):
        return self.message(PAYLOAD, value)

    def payloads(self, value):
        return self.message(PAYLOADS, value)

    def event(self, out, value):
        return out


class Snake(Speller):
    def name(self, field):
        return field.name


class Pascal(Speller):
    def name(self, field):
        return "events" if field.name == "events" else pascal(field)

    def payload(self, value):
        return value  # in other keys it would be a value of the workflow's own


class ShortEnums(Speller):
    def enum(self, name, values, kind):
        return "".join(w.capitalize() for w in self.bare(name, kind).split("_"))

    def bare(self, name, kind):
        prefix = re.sub(r"(?<!^)(?=[A-Z])", "_", kind.rsplit(".", 1)[1]).upper() + "_"
        return name[len(prefix):] if name.startswith(prefix) else name


class BareEnums(ShortEnums):
    def enum(self, name, values, kind):
        return self.bare(name, kind)


class NumberEnums(Speller):
    def enum(self, name, values, kind):
        return values[name]

    def whole(self, value, kind):
        return value


class TextNumbers(Speller):
    def enum(self, name, values, kind):
        return str(values[name])


class Structs(NumberEnums):
    """Go's encoding/json: what the Web UI's server prints as raw history."""

    def name(self, field):
        return field.name

    def put(self, out, field, value):
        if not field.oneof:
            out[field.name] = value
            return
        wrapper = re.sub(r"(^|_)(.)", lambda m: m.group(2).upper(), field.oneof)
        out[wrapper] = {pascal(field): value}

    def message(self, kind, value):
        out = super().message(kind, value)
        for oneof in {f.oneof for f in self.schema.messages[kind] if f.oneof}:
            out.setdefault(re.sub(r"(^|_)(.)", lambda m: m.group(2).upper(), oneof), None)
        return out

    def time(self, text, kind):
        seconds, nanos = seconds_and_nanos(text)
        return {k: v for k, v in (("seconds", seconds), ("nanos", nanos)) if v}


class Objects(NumberEnums):
    """protobufjs: toObject(), then JSON.stringify()."""

    def put(self, out, field, value):
        out[field.json] = value
        if field.oneof:
            out[re.sub(r"_(.)", lambda m: m.group(1).upper(), field.oneof)] = field.json

    def whole(self, value, kind):
        def half(n):
            return n - (1 << 32) if n >= 1 << 31 else n
        bits = value & ((1 << 64) - 1)
        return {"low": half(bits & 0xffffffff), "high": half(bits >> 32), "unsigned": False}

    def time(self, text, kind):
        seconds, nanos = seconds_and_nanos(text)
        return {"seconds": self.whole(seconds, "int64"), "nanos": nanos}

    def bytes(self, value):
        return {"type": "Buffer", "data": list(value)}


class Arrays(Speller):
    """JSON.stringify() of a message: text for Longs, typed arrays as objects."""

    def time(self, text, kind):
        seconds, nanos = seconds_and_nanos(text)
        return {k: v for k, v in (("seconds", str(seconds)), ("nanos", nanos)) if v}

    def bytes(self, value):
        return {str(i): b for i, b in enumerate(value)} if len(value) % 2 else list(value)


class Base64(Speller):
    """URL letters without an end, or = as Java's Gson writes it."""

    def bytes(self, value):
        text = base64.b64encode(value).decode()
        if len(value) % 2:
            return base64.urlsafe_b64encode(value).decode().rstrip("=")
        return Raw('"' + text.replace("=", "\\u003d") + '"')


class Zones(Speller):
    def time(self, text, kind):
        if kind.endswith("Duration"):
            return text if "." in text else text[:-1] + ".0s"
        whole, _, part = text[:-1].partition(".")
        at = datetime.datetime.strptime(whole, "%Y-%m-%dT%H:%M:%S")
        at += datetime.timedelta(hours=5, minutes=30)
        return at.strftime("%Y-%m-%dT%H:%M:%S") + "." + part.ljust(9, "0") + "+05:30"


class Nulls(Speller):
    """null for all that is not set, as the old web had it."""

    def message(self, kind, value):
        out = super().message(kind, value)
        for field in self.schema.messages[kind]:
            out.setdefault(field.json, None)
        return out


class Defaults(Speller):
    """Defaults written out, as EmitDefaults does."""

    def message(self, kind, value):
        out = super().message(kind, value)
        for field in self.schema.messages[kind]:
            plain = field.kind in WHOLE or field.kind in self.schema.enums or \
                field.kind in ("string", "bool", "bytes")
            if field.oneof or not (plain or field.repeated or field.key):
                continue
            zero = {} if field.key else [] if field.repeated else \
                "" if field.kind in ("string", "bytes") else False if field.kind == "bool" else \
                "0" if field.kind.endswith("64") else 0
            out.setdefault(field.json, zero)
        return out


class Backwards(Speller):
    """Members in another order."""

    def message(self, kind, value):
        return dict(reversed(list(super().message(kind, value).items())))


class WebUi(ShortEnums):
    """An event of the Web UI: its attributes say which ones they are."""

    def event(self, out, value):
        key = next((k for k in out if k.endswith("EventAttributes")), None)
        if key is None:
            return out
        attributes = dict(out.pop(key), type=key)
        return dict({"attributes": attributes, "id": out["eventId"], "name": out["eventType"],
                     "timestamp": "2026-01-31 UTC 10:00:00.00", "classification": "Completed",
                     "category": "workflow"}, **out)


class WebUiBoth(WebUi):
    """Between 2.15 and 2.19 it left the event's own beside them."""

    def event(self, out, value):
        return dict(super().event(dict(out), value), **out)


class Details(ShortEnums):
    """The old web: details by the event's type."""

    def event(self, out, value):
        key = next((k for k in out if k.endswith("EventAttributes")), None)
        if key is not None:
            out["details"] = out.pop(key)
        return out


class Payloads(Speller):
    """Spells payloads whose data is compact JSON; the others are left as they are."""
    exact = False

    def parts(self, value):
        metadata = {k: base64.b64decode(v).decode() for k, v in value.get("metadata", {}).items()
                    if k in ("encoding", "messageType")}
        data = base64.b64decode(value.get("data", "")).decode("utf-8", "replace")
        return metadata, data


class Shorthand(Payloads):
    """The HTTP API and most of the CLI."""

    def payload(self, value):
        metadata, data = self.parts(value)
        keys = sorted(value.get("metadata", {}))
        if keys == ["encoding"] and metadata["encoding"] == "json/plain" and is_compact(data):
            return Raw(data)
        if keys == ["encoding"] and metadata["encoding"] == "binary/null":
            return None
        if keys == ["encoding", "messageType"] and metadata["encoding"] == "json/protobuf" and \
                is_compact(data) and data.startswith("{"):
            more = "," if data != "{}" else ""
            return Raw('{"_protoMessageType":"' + metadata["messageType"] + '"' + more + data[1:])
        return super().payload(value)

    def payloads(self, value):
        return [self.payload(p) for p in value.get("payloads", [])]


class Readable(Payloads):
    """The Web UI's "human readable" download: metadata and JSON as text and values."""

    def payload(self, value):
        metadata, data = self.parts(value)
        if metadata.get("encoding", "").startswith("json/") and is_compact(data):
            plain = {k: base64.b64decode(v).decode() for k, v in value["metadata"].items()}
            return {"metadata": plain, "data": Raw(data)}
        return super().payload(value)


class Decoded(Payloads):
    """Before that: metadata left in base64, with a member more."""

    def payload(self, value):
        metadata, data = self.parts(value)
        if metadata.get("encoding", "").startswith("json/") and is_compact(data):
            return {"metadata": dict(value["metadata"], encodingDecoded=metadata["encoding"]),
                    "data": Raw(data)}
        return super().payload(value)


class DecodedQuietly(Decoded):
    """And without that member."""

    def payload(self, value):
        out = super().payload(value)
        out.get("metadata", {}).pop("encodingDecoded", None)
        return out


class DataOnly(Payloads):
    """UI 2.15 to 2.19: payloads without their metadata."""

    def payloads(self, value):
        out = []
        for payload in value.get("payloads", []):
            metadata, data = self.parts(payload)
            bare = metadata.get("encoding") == "json/plain" and is_compact(data) and \
                len(payload["metadata"]) == 1 and '"metadata"' not in data and \
                not data.startswith('{"data"') and data != "{}" and data != "null"
            out.append(Raw(data) if bare else self.payload(payload))
        return {"payloads": out}


SPELLINGS = [Speller, Snake, Pascal, ShortEnums, BareEnums, NumberEnums, TextNumbers, Structs,
             Objects, Arrays, Base64, Zones, Nulls, Defaults, Backwards, WebUi, WebUiBoth, Details,
             Shorthand, Readable, Decoded, DecodedQuietly, DataOnly]
