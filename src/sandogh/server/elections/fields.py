"""Reading a JSON document field by field and collecting every problem with its path, so that an officer mends a file in one go. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from sandogh import persian
from sandogh.server.common.errors import Refused
from sandogh.server.common.templatetags.persian import fa_digits

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Problem:
    path: str
    message: str


class DefinitionRefused(Refused):
    """The document is not a definition. `problems` lists each fault with the path of its field, in the order of reading."""

    def __init__(self, problems: list[Problem]) -> None:
        lines = "\n".join(f"{problem.path}: {problem.message}" for problem in problems)
        super().__init__("definition", _("تعریف انتخابات پذیرفته نشد:\n%(problems)s") % {"problems": lines}, status=400)
        self.problems = tuple(problems)


@dataclass(slots=True)
class Fields:
    """One JSON object being read.

    A bad field is noted in `problems` and answered by a harmless stand-in; nothing read is used unless no problem was noted.
    """

    value: Mapping[str, Any]
    path: str
    problems: list[Problem]
    seen: set[str] = field(default_factory=set)

    def at(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def problem(self, name: str, message: str) -> None:
        self.problems.append(Problem(self.at(name), message))

    def _take(self, name: str) -> Any:
        self.seen.add(name)
        return self.value.get(name)

    def text(self, name: str, *, longest: int, required: bool = True, pattern: str | None = None) -> str:
        """Cleaned words; line breaks stay. Empty is a problem only where a text is required."""
        raw = self._take(name)
        if raw is None and not required:
            return ""
        if not isinstance(raw, str):
            self.problem(name, _("متن لازم است"))
            return ""
        words = "\n".join(persian.display_text(line) for line in raw.replace("\r\n", "\n").split("\n")).strip("\n")
        if required and not words:
            self.problem(name, _("نباید خالی باشد"))
        elif len(words) > longest:
            self.problem(name, _("از %(longest)s نویسه بلندتر است") % {"longest": fa_digits(longest)})
        elif _CONTROL.search(words):
            self.problem(name, _("نویسهٔ کنترلی دارد"))
        elif pattern and words and not re.fullmatch(pattern, words):
            self.problem(name, _("شکل درستی ندارد: «%(value)s»") % {"value": words})
        return words

    def texts(self, name: str, *, longest: int) -> tuple[str, ...]:
        """A list of at least one text, none empty."""
        raw = self._take(name)
        if not isinstance(raw, list) or not raw:
            self.problem(name, _("فهرستی با دست‌کم یک مورد لازم است"))
            return ()
        items = Fields({str(index): item for index, item in enumerate(raw)}, self.at(name), self.problems)
        return tuple(items.text(str(index), longest=longest) for index in range(len(raw)))

    def integer(self, name: str, *, low: int, high: int, default: int | None = None) -> int:
        raw = self._take(name)
        if raw is None and default is not None:
            return default
        if not isinstance(raw, int) or isinstance(raw, bool):
            self.problem(name, _("عدد صحیح لازم است"))
            return low
        if not low <= raw <= high:
            self.problem(name, _("باید از %(low)s تا %(high)s باشد") % {"low": fa_digits(low), "high": fa_digits(high)})
            return low
        return raw

    def boolean(self, name: str, *, default: bool | None = None) -> bool:
        raw = self._take(name)
        if raw is None and default is not None:
            return default
        if not isinstance(raw, bool):
            self.problem(name, _("true یا false لازم است"))
            return False
        return raw

    def only(self, name: str, allowed: object) -> None:
        """A setting that may be stated but not chosen otherwise in this version."""
        raw = self._take(name)
        if raw is not None and (raw != allowed or isinstance(raw, bool) != isinstance(allowed, bool)):
            self.problem(name, _("در این نسخه تنها «%(value)s» پشتیبانی می‌شود") % {"value": allowed})

    def moment(self, name: str, *, required: bool = True) -> datetime | None:
        """ISO time with its offset, alone or as the `iso` of an object that also shows the Jalali form."""
        raw = self._take(name)
        if raw is None and not required:
            return None
        text = raw.get("iso") if isinstance(raw, dict) else raw
        try:
            time = datetime.fromisoformat(text) if isinstance(text, str) else None
        except ValueError:
            time = None
        if time is None or time.tzinfo is None:
            self.problem(name, _("زمان باید به شکل ISO و با اختلاف ساعت باشد، مانند 2026-12-18T08:00:00+03:30"))
            return None
        return time

    def obj(self, name: str, *, required: bool = True) -> "Fields":
        raw = self._take(name)
        if raw is None and not required:
            raw = {}
        if not isinstance(raw, dict):
            self.problem(name, _("شیء لازم است"))
            # Marked as read to the end: one problem is enough for what is not there.
            return Fields({}, self.at(name), [])
        return Fields(raw, self.at(name), self.problems)

    def items(self, name: str, *, required: bool = True) -> Iterator["Fields"]:
        raw = self._take(name)
        if raw is None and not required:
            raw = []
        if not isinstance(raw, list) or (required and not raw):
            self.problem(name, _("فهرستی با دست‌کم یک مورد لازم است"))
            return
        for index, item in enumerate(raw):
            path = f"{self.at(name)}[{index}]"
            if isinstance(item, dict):
                yield Fields(item, path, self.problems)
            else:
                self.problems.append(Problem(path, _("شیء لازم است")))

    def ignore(self, *names: str) -> None:
        """Fields that are known and mean nothing to the server."""
        self.seen.update(names)

    def end(self) -> None:
        """Note every field that nobody read: a misspelt name must not pass for a missing setting. `_names` are comments."""
        for name in self.value:
            if name not in self.seen and not name.startswith("_"):
                self.problem(name, _("ناشناخته است"))
