"""The voter's and the public's pages."""
