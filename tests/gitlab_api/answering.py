"""A GitLab of which a test writes each answer: its address, the client's token, and the type of the fixture `api`."""

from __future__ import annotations

import responses

URL = "https://gitlab.example.com"
API = f"{URL}/api/v4"
TOKEN = "glpat-secret-42"
Answers = responses.RequestsMock
