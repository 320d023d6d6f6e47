"""What trustees and the credential authority do offline: files in, files out."""
