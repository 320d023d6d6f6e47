"""The Django project: identity side, board, ballot side and their pages."""
