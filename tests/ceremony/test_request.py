"""A credentials request is taken whole or refused with the field's name."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandogh.ceremony.errors import Refused
from sandogh.ceremony.request import CredentialsRequest, Invited

VOTER = {"id": "1", "greeting": "سلام", "mobile": "09120000001"}


def test_a_request_is_read_whole(request_bytes: Callable[..., bytes]) -> None:
    request = CredentialsRequest.from_bytes(request_bytes(size=2))
    assert (request.slug, request.group.name, request.fictional) == ("arkan-1405", "Ed25519", True)
    assert request.opens_at.isoformat() == "2026-12-18T08:00:00+03:30"
    assert request.voters == (
        Invited("9901000001", "همکار گرامی رای‌دهندهٔ 1", "09120000001"),
        Invited("9901000002", "همکار گرامی رای‌دهندهٔ 2", ""),
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"format": "sandogh-credentials-request/2"}, "format must be"),
        ({"more": 1}, "more is not a field"),
        ({"slug": "Arkan"}, "slug «Arkan» has not the right shape"),
        ({"uuid": "short"}, "uuid «short» has not the right shape"),
        ({"group": "P-256"}, "not readable"),
        ({"title": " "}, "title must be a text"),
        ({"title": "a\x07"}, "title must not hold control characters"),
        ({"title": "a\u202eb"}, "title must not hold control characters"),
        ({"org_short": "دو\nسطر"}, "org_short must not hold control characters"),
        ({"fictional": 1}, "fictional must be true or false"),
        ({"fictional": False, "link": "http://ray.example/e/a/"}, "link must begin with https://"),
        ({"link": "ray.example/e/a/"}, "link must be an address"),
        ({"link": "https://ray.example/e/a/#x"}, "link must have no «#»"),
        ({"link": "https://ray.example/e/a/?x=1"}, "link must have no «#»"),
        ({"link": "https://ray.example/e/a/#"}, "link must have no «#»"),
        ({"roll_fingerprint": "AB" * 32}, "roll_fingerprint «ABAB"),
        ({"opens_at": "yesterday"}, "opens_at «yesterday» is not a date"),
        ({"opens_at": "2026-12-18T08:00:00"}, "opens_at must name its offset"),
        ({"closes_at": "2026-12-18T08:00:00+03:30"}, "closes_at must be later"),
        ({"invitation": "{greeting}"}, "invitation must contain {link}"),
        ({"voters": []}, "voters must not be empty"),
        ({"voters": {}}, "voters must be a list"),
        ({"voters": [1]}, "voters[0] must be an object"),
        ({"voters": [VOTER, VOTER]}, "voters[1].id «1» occurs twice"),
        ({"voters": [VOTER | {"id": ""}]}, "voters[0].id must be a text"),
        ({"voters": [VOTER | {"id": "a b"}]}, "voters[0].id «a b» has not the right shape"),
        ({"voters": [VOTER | {"mobile": "9120000001"}]}, "voters[0].mobile must be 09"),
        ({"voters": [VOTER | {"mobile": "۰۹۱۲۰۰۰۰۰۰۱"}]}, "voters[0].mobile must be 09"),
        ({"voters": [VOTER | {"greeting": "سلام\nورود: https://evil.example"}]}, "voters[0].greeting must not hold control"),
        ({"voters": [VOTER | {"national_id": "1"}]}, "voters[0].national_id is not a field"),
        ({"voters": [{"id": "1", "greeting": "سلام"}]}, "voters[0].mobile is missing"),
    ],
)
def test_a_request_that_is_refused(request_bytes: Callable[..., bytes], changes: dict[str, Any], said: str) -> None:
    with pytest.raises(Refused) as refused:
        CredentialsRequest.from_bytes(request_bytes(**changes))
    assert said in str(refused.value)


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b"\xff", b'{"format":1,"format":1}', b'{"format":NaN}'])
def test_bytes_that_are_no_request(data: bytes) -> None:
    with pytest.raises(Refused):
        CredentialsRequest.from_bytes(data)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=5
)


@given(st.sampled_from(["slug", "uuid", "group", "link", "opens_at", "invitation", "voters", "roll_fingerprint"]), JSON)
def test_no_value_of_any_field_leads_to_another_error(request_bytes: Callable[..., bytes], field: str, value: object) -> None:
    with pytest.raises(Refused):
        CredentialsRequest.from_bytes(request_bytes(**{field: value}))
