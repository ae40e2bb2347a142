"""The ministry's public keys, for anyone to read."""

import base64

from apps.ksef_simulator.clock import stamp
from apps.ksef_simulator.web.call import Call, Reply, answers, json_reply


@answers("GET", "/security/public-key-certificates")
def public_key_certificates(call: Call) -> Reply:
    return json_reply(
        [
            {
                "certificate": base64.b64encode(key.certificate).decode(),
                "certificateId": key.certificate_id,
                "publicKeyId": key.key_id,
                "validFrom": stamp(key.valid_from),
                "validTo": stamp(key.valid_to),
                "usage": [key.usage],
            }
            for key in call.system.keys.published()
        ]
    )
