"""The cookies of a production server: bound to https and to its very host, so that no neighbouring host can fix a voter's session."""

import json
import os
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import django; django.setup()
import json
from django.http import HttpResponse
from django.test import Client
from sandogh.server.portal import page
given, taken = HttpResponse(), HttpResponse()
page.give_session(given, "token")
page.take_session(taken)
asked = Client().get("/captcha/new/", secure=True, headers={"host": "vote.example.ir"})
print(json.dumps([[name, morsel["secure"], morsel["path"], morsel["domain"], morsel["samesite"], morsel["httponly"]]
                  for answer in (given, taken, asked) for name, morsel in answer.cookies.items()]))
"""


def test_every_cookie_belongs_to_this_host_alone(tmp_path: Path) -> None:
    gateway = tmp_path / "gateway.toml"
    gateway.write_text('name = "sample"\n[send]\nurl = "https://sms.example.ir/send"\nfields = { to = "{to}", text = "{text}" }\n')
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SANDOGH_")} | {
        "SANDOGH_ENV": "production",
        "SANDOGH_SECRET_KEY": "k" * 60,
        "SANDOGH_BASE_URL": "https://vote.example.ir",
        "SANDOGH_HOSTS": "vote.example.ir",
        "SANDOGH_SMS_PROVIDER": "http",
        "SANDOGH_SMS_HTTP_CONFIG": str(gateway),
        "SANDOGH_SMS_WEBHOOK_SECRET": "w" * 40,
        "SANDOGH_DATABASE_URL": f"sqlite:///{tmp_path}/x.sqlite3",
        "SANDOGH_DATA": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "sandogh.server.settings",
    }
    (tmp_path / "static").mkdir()
    done = subprocess.run([sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, timeout=120, check=True)
    session, no_session, csrf = json.loads(done.stdout)
    assert session == ["__Host-sandogh_session", True, "/", "", "Strict", True]
    assert no_session == ["__Host-sandogh_session", True, "/", "", "Strict", ""]
    assert csrf == ["__Host-csrftoken", True, "/", "", "Strict", True]
