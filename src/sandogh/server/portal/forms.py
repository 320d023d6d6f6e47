"""What voters and visitors type."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sandogh.persian import typed_number
from sandogh.server.common.templatetags.persian import fa_digits

_DIGITS = re.compile(r"[0-9]+\Z")


class NumberField(forms.CharField):
    """A number typed in any digits. Only its shape is judged here: whether it is somebody's is nobody's business (threat-model.md O16)."""

    def __init__(self, *, name: Any, length: int, **kwargs: Any) -> None:
        super().__init__(max_length=64, error_messages={"max_length": gettext_lazy("بسیار بلندتر از این شماره است.")}, **kwargs)
        self.name, self.length = name, length

    def clean(self, value: Any) -> str:
        number = typed_number(str(super().clean(value)))
        if number and not _DIGITS.match(number):
            raise forms.ValidationError(_("تنها رقم بنویسید."))
        if len(number) != self.length:
            said = {"name": self.name, "length": fa_digits(self.length), "typed": fa_digits(len(number))}
            if not number:
                raise forms.ValidationError(_("%(name)s را بنویسید.") % said)
            raise forms.ValidationError(_("%(name)s %(length)s رقم است؛ شما %(typed)s رقم نوشتید.") % said)
        return number


class LoginForm(forms.Form):
    """The two numbers, and a sign of being a person: the picture's digits, or work that the device has done."""

    licence_no = NumberField(name=gettext_lazy("شمارهٔ پروانه"), length=10, required=False)
    national_id = NumberField(name=gettext_lazy("کد ملی"), length=10, required=False)
    challenge = forms.CharField(max_length=100, required=False)
    answer = forms.CharField(max_length=40, required=False, error_messages={"max_length": gettext_lazy("عدد داخل تصویر پنج رقم است.")})
    work = forms.CharField(max_length=4000, required=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if not given.get("answer") and not given.get("work") and "answer" not in self.errors:
            self.add_error("answer", _("عدد داخل تصویر را بنویسید."))
        return given
