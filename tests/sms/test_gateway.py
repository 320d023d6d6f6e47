"""The file that describes a gateway: what is refused, and why."""

import copy
import tomllib
from pathlib import Path
from typing import Any

import pytest

from sandogh.sms import BadConfiguration, open_provider
from sandogh.sms import gateway as module
from sandogh.sms.gateway import fill, gateway_from, load_gateway

ENVIRONMENT = {"SANDOGH_SMS_KEY": "s3cret/key"}


def described() -> dict[str, Any]:
    """The example of the module's own documentation, so that it cannot go stale."""
    text = (module.__doc__ or "").split("```toml")[1].split("```")[0]
    return tomllib.loads(text)


def changed(path: str, value: Any) -> dict[str, Any]:
    table = copy.deepcopy(described())
    *steps, last = path.split(".")
    place = table
    for step in steps:
        place = place[step]
    place[last] = value
    return table


def test_the_documented_example_is_a_gateway() -> None:
    gateway = gateway_from(described(), environment=ENVIRONMENT)
    assert gateway.name == "kavenegar"
    assert gateway.guards_doubles is True
    assert gateway.secrets == {"key": "s3cret/key"}
    assert gateway.number_of("09120000101") == "09120000101"


@pytest.mark.parametrize(
    ("form", "number"),
    [("09", "09120000101"), ("9", "9120000101"), ("98", "989120000101"), ("+98", "+989120000101"), ("0098", "00989120000101")],
)
def test_forms_of_numbers(form: str, number: str) -> None:
    assert gateway_from(changed("number", form), environment=ENVIRONMENT).number_of("09120000101") == number


@pytest.mark.parametrize(
    ("path", "value", "complaint"),
    [
        ("send.url", "http://api.example.ir/{key}", "https"),
        ("send.url", "ftp://127.0.0.1/{key}", "https"),
        ("send.url", "https://api.example.ir/{other}", "other"),
        ("inbound.poll.url", "http://api.example.ir/", "https"),
        ("send.method", "PUT", "method"),
        ("send.encoding", "xml", "encoding"),
        ("send.method", "GET", "query"),
        ("send.fields", {"receptor": "{to}"}, "text"),
        ("send.fields", {"receptor": "{to}", "message": "{text}"}, "reference"),
        ("send.fields", {"receptor": "{to}", "message": "{text}", "localid": "{reference}", "x": "{token}"}, "token"),
        ("send.ok", "200", "ok"),
        ("send.id", "/no group/", "group"),
        ("send.id", "/(/", "send.id"),
        ("number", "+49", "number"),
        ("timeout_seconds", 0, "timeout"),
        ("timeout_seconds", 31, "timeout"),
        ("timeout_seconds", True, "timeout"),
        ("guards_doubles", "yes", "guards_doubles"),
        ("secrets", {"key": "SANDOGH_NOT_SET"}, "SANDOGH_NOT_SET"),
        ("delivery.codes", {"10": "arrived"}, "arrived"),
        ("name", 7, "name"),
    ],
)
def test_a_fault_is_refused_by_name(path: str, value: Any, complaint: str) -> None:
    with pytest.raises(BadConfiguration) as refused:
        gateway_from(changed(path, value), environment=ENVIRONMENT)
    assert complaint in str(refused.value)


def test_plain_http_is_for_this_machine_alone() -> None:
    assert gateway_from(changed("send.url", "http://127.0.0.1:13013/{key}"), environment=ENVIRONMENT).url == "http://127.0.0.1:13013/{key}"


def test_a_text_that_looks_like_a_placeholder_reveals_nothing() -> None:
    values = {"text": "{key} {to}", "key": "s3cret"}
    assert fill({"a": "{text}", "b": ["{text}"]}, values) == {"a": "{key} {to}", "b": ["{key} {to}"]}


def test_values_in_an_address_are_escaped() -> None:
    assert (
        fill("https://h/{key}?t={text}", {"key": "a/b", "text": "سلام&x=1"}, url=True)
        == "https://h/a%2Fb?t=%D8%B3%D9%84%D8%A7%D9%85%26x%3D1"
    )


def test_the_secret_does_not_show_in_a_description() -> None:
    assert "s3cret" not in repr(gateway_from(described(), environment=ENVIRONMENT))


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(BadConfiguration):
        load_gateway(tmp_path / "none.toml")


def test_a_file_that_is_not_toml(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text("name = ")
    with pytest.raises(BadConfiguration):
        load_gateway(tmp_path / "bad.toml")


@pytest.mark.parametrize(("kind", "settings"), [("carrier-pigeon", {}), ("simulated", {}), ("http", {})])
def test_a_provider_that_cannot_be_opened(kind: str, settings: dict[str, str]) -> None:
    with pytest.raises(BadConfiguration):
        open_provider(kind, **settings)
