"""Digests to a chat or any other service by its address, which the environment holds.

Apprise knows some hundred kinds of addresses (`slack://`, `msteams://`, `mmost://`, `json://`, or the address that Slack
and others hand out). A plain https address that it doesn't know takes `{"text": …}`, as incoming webhooks do.
"""

from __future__ import annotations

import logging

import requests

from bot.publish.notify.failures import NotDelivered, without_secrets

SECONDS = 30.0


def send_chat(address: str, subject: str, text: str) -> None:
    """Raises NotDelivered, without a word of the address."""
    import apprise

    address = address.strip()
    with apprise.LogCapture(level=logging.WARNING) as captured:
        service = apprise.Apprise.instantiate(address)
        if service is None:
            if address.startswith(("http://", "https://")):
                _post(address, f"{subject}\n\n{text}")
                return
            raise NotDelivered("it is neither an address that Apprise knows nor a webhook's")
        hub = apprise.Apprise()
        hub.add(service)
        delivered = hub.notify(title=subject, body=text, body_format=apprise.NotifyFormat.TEXT)
        said = captured.getvalue()
    if not delivered:
        raise NotDelivered(without_secrets(_last_line(said) or "the service did not take it", address))


def _last_line(said: str) -> str:
    lines = [line.split(" - ", 2)[-1] for line in said.splitlines() if line.strip()]
    return lines[0] if lines else ""


def _post(address: str, text: str) -> None:
    try:
        answer = requests.post(address, json={"text": text}, timeout=SECONDS, allow_redirects=False)
    except requests.RequestException as error:
        raise NotDelivered(f"the webhook could not be reached ({type(error).__name__})") from None
    if not 200 <= answer.status_code < 300:
        raise NotDelivered(f"the webhook answered {answer.status_code}")
