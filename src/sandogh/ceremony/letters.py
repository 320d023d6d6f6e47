"""The invitations as files: CSV for an office that texts by other means, HTML for letters to be printed and handed over.

Both hold SECRETS. Each voter in them is noted in the store as looked at.
"""

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from html import escape

from sandogh.ceremony import invitation
from sandogh.ceremony.errors import Refused
from sandogh.ceremony.sending import text_for
from sandogh.ceremony.store import CredentialStore
from sandogh.ceremony.store_making import Holder

COLUMNS = ("voter", "mobile", "text", "link", "credential")

PAGE = """<!doctype html>
<html lang="fa" dir="rtl">
<meta charset="utf-8">
<title>{title}</title>
<style>
@page {{ size: A5 portrait; margin: 18mm 16mm; }}
body {{ font: 13pt/1.9 "Vazirmatn", "Sahel", "Tahoma", sans-serif; color: #111; margin: 0; }}
article {{ break-after: page; max-width: 120mm; margin: 0 auto; padding: 8mm 0; }}
article:last-child {{ break-after: auto; }}
h1 {{ font-size: 15pt; margin: 0 0 2mm; }}
.office {{ color: #444; margin: 0 0 8mm; }}
.secret {{ direction: ltr; font: 17pt/1.6 monospace; letter-spacing: .04em; text-align: center;
  border: .4mm solid #111; border-radius: 2mm; padding: 4mm; margin: 6mm 0; overflow-wrap: anywhere; }}
.link {{ direction: ltr; text-align: left; font: 11pt/1.6 monospace; overflow-wrap: anywhere; }}
.note {{ color: #444; font-size: 11pt; }}
</style>
{letters}
</html>
"""
LETTER = """<article>
<h1>{title}</h1>
<p class="office">{organisation}</p>
<p>{greeting}</p>
<p>شناسهٔ محرمانهٔ شما برای رای دادن:</p>
<p class="secret">{credential}</p>
<p>نشانی صفحهٔ رای‌گیری، با همین شناسه در آن:</p>
<p class="link">{link}</p>
<p>زمان رای‌گیری: {times}</p>
<p class="note">این برگه محرمانه است. شناسه را به کسی نگویید و پس از پایان انتخابات برگه را از میان ببرید.</p>
</article>"""


def chosen(store: CredentialStore, *, voters: Sequence[str], without_mobile: bool) -> list[Holder]:
    """Whom the export is for: those named, those without a mobile, or everybody. Refused when that is nobody."""
    if voters:
        return [store.holder(voter) for voter in voters]
    found = [holder for holder in store.holders() if not (without_mobile and holder.mobile)]
    if not found:
        raise Refused("every voter has a mobile: there is nobody to write to")
    return found


def as_csv(store: CredentialStore, holders: Sequence[Holder]) -> bytes:
    """One line a voter, every field quoted; with the mark by which spreadsheets know UTF-8."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for holder in holders:
        credential = store.secret_of(holder)
        link = invitation.link_with(store.election.link, credential)
        writer.writerow((holder.id, holder.mobile, text_for(store.election, holder, credential), link, credential))
    return out.getvalue().encode("utf-8-sig")


def as_html(store: CredentialStore, holders: Sequence[Holder]) -> bytes:
    """One sheet a voter, to be printed, folded and sealed. Needs nothing from the network."""
    election = store.election
    times = invitation.period(election.opens_at, election.closes_at)
    letters = []
    for holder in holders:
        credential = store.secret_of(holder)
        values = {
            "title": election.title,
            "organisation": election.organisation,
            "greeting": holder.greeting,
            "credential": credential,
            "link": invitation.link_with(election.link, credential),
            "times": times,
        }
        letters.append(LETTER.format(**{name: escape(value) for name, value in values.items()}))
    return PAGE.format(title=escape(election.title), letters="\n".join(letters)).encode()


def export(store: CredentialStore, holders: Sequence[Holder], *, html: bool, now: datetime) -> bytes:
    """The file's bytes; that these voters' secrets left the store is noted, durably, before they do."""
    data = as_html(store, holders) if html else as_csv(store, holders)
    store.record_disclosures(holders, now=now)
    return data
