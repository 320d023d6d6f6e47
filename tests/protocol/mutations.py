"""Changes to JSON at a random place, for feeding readers."""

import json
import random
from typing import Any

from hypothesis import strategies as st

from sandogh.protocol.ed25519 import ED25519

telling = st.sampled_from(["1", "0" * 64, ED25519.ser(ED25519.identity), ED25519.ser(ED25519.generator), "\ud7ff", "{}"])
anything = st.recursive(
    st.none() | st.booleans() | st.integers(0, 2**53) | st.text(max_size=8) | telling,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def mutated(form: Any, chance: random.Random, put: object) -> Any:
    """The value with one place, chosen at random, replaced, removed, doubled or renamed; strings that hold JSON are opened too."""
    if isinstance(form, str) and form[:1] == "{" and chance.random() < 0.7:
        return json.dumps(mutated(json.loads(form), chance, put), separators=(",", ":"), ensure_ascii=False)
    if not isinstance(form, dict | list) or not form or chance.random() < 0.15:
        return put
    places = list(form) if isinstance(form, dict) else list(range(len(form)))
    place = chance.choice(places)
    match chance.randrange(6):
        case 0 if isinstance(form, dict):
            return {("x" if name == place else name): value for name, value in form.items()}
        case 0:
            return [*form, form[place]]
        case 1:
            return (
                {name: value for name, value in form.items() if name != place}
                if isinstance(form, dict)
                else form[:place] + form[place + 1 :]
            )
    copy = dict(form) if isinstance(form, dict) else list(form)
    copy[place] = mutated(form[place], chance, put)
    return copy
