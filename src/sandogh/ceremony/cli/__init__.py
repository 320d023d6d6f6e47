"""`sandogh trustee …` and `sandogh credentials …`: files in, files out, no server needed."""

from sandogh.ceremony.cli.credentials import credentials
from sandogh.ceremony.cli.key_ceremony import register_key_ceremony
from sandogh.ceremony.cli.rehearsing import register_rehearsals
from sandogh.ceremony.cli.trustee import trustee

register_key_ceremony(trustee)
register_rehearsals(trustee)

__all__ = ["credentials", "trustee"]
