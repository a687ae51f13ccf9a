"""A passkey in software, as a phone has one in hardware (WebAuthn level 2, attestation "none")."""

import base64
import hashlib
import json
import secrets
import struct

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.utils.http import int_to_base36
from fido2 import cbor
from fido2.cose import ES256

USER_PRESENT_AND_VERIFIED, WITH_CREDENTIAL = 0x05, 0x40


def encoded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


class Passkey:
    def __init__(self, *, origin: str) -> None:
        self.origin = origin
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.credential_id = secrets.token_bytes(16)
        self.uses = 0

    def create(self, options):
        """Return what navigator.credentials.create() would for these options."""
        public = options["publicKey"]
        client_data = self._client_data("webauthn.create", public["challenge"])
        credential = (
            b"\0" * 16
            + struct.pack(">H", len(self.credential_id))
            + self.credential_id
            + cbor.encode(dict(ES256.from_cryptography_key(self.key.public_key())))
        )
        data = self._authenticator_data(public["rp"]["id"], WITH_CREDENTIAL) + credential
        attestation = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        return self._credential(
            {
                "clientDataJSON": encoded(client_data),
                "attestationObject": encoded(attestation),
                "transports": ["internal"],
            }
        )

    def sign(self, options, *, user_id):
        """Return what navigator.credentials.get() would for these options."""
        public = options["publicKey"]
        client_data = self._client_data("webauthn.get", public["challenge"])
        data = self._authenticator_data(public["rpId"])
        signature = self.key.sign(data + hashlib.sha256(client_data).digest(), ec.ECDSA(hashes.SHA256()))
        return self._credential(
            {
                "clientDataJSON": encoded(client_data),
                "authenticatorData": encoded(data),
                "signature": encoded(signature),
                "userHandle": encoded(int_to_base36(user_id).encode()),
            }
        )

    def _client_data(self, kind, challenge):
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}).encode()

    def _authenticator_data(self, rp_id, flags=0):
        self.uses += 1
        flags |= USER_PRESENT_AND_VERIFIED
        return hashlib.sha256(rp_id.encode()).digest() + struct.pack(">BI", flags, self.uses)

    def _credential(self, response):
        return {
            "type": "public-key",
            "id": encoded(self.credential_id),
            "rawId": encoded(self.credential_id),
            "response": response,
            "clientExtensionResults": {"credProps": {"rk": True}},
            "authenticatorAttachment": "platform",
        }
