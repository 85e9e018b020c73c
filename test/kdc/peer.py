# One end of a GSS-API security context, played by MIT Kerberos. It reads one JSON object a line and answers with
# one. All byte strings are in Base64.
import base64
import json
import sys

import gssapi
from gssapi import raw
from gssapi.raw import IOV, IOVBufferType


def enc(b):
    return base64.b64encode(b or b"").decode()


def dec(s):
    return base64.b64decode(s)


def bindings(q):
    if not q.get("bindings"):
        return None
    return raw.ChannelBindings(application_data=dec(q["bindings"]))


def start(q):
    oid = gssapi.OID.from_int_seq("1.3.6.1.5.5.2" if q.get("spnego") else "1.2.840.113554.1.2.2")
    if q["role"] == "initiator":
        name = gssapi.Name(q["service"], gssapi.NameType.hostbased_service)
        flags = (
            gssapi.RequirementFlag.mutual_authentication
            | gssapi.RequirementFlag.replay_detection
            | gssapi.RequirementFlag.out_of_sequence_detection
            | gssapi.RequirementFlag.confidentiality
            | gssapi.RequirementFlag.integrity
        )
        if q.get("dce"):
            flags |= gssapi.RequirementFlag.dce_style
        return gssapi.SecurityContext(name=name, mech=oid, flags=flags, usage="initiate", channel_bindings=bindings(q))
    return gssapi.SecurityContext(creds=gssapi.Credentials(usage="accept"), usage="accept", channel_bindings=bindings(q))


def seal(ctx, message):
    iov = IOV(IOVBufferType.header, message, IOVBufferType.padding, std_layout=False)
    raw.wrap_iov(ctx, iov, confidential=True)
    return iov[0].value, iov[1].value + (iov[2].value or b"")


def stream_open(ctx, token):
    return raw.unwrap(ctx, token)


def main():
    ctx = None
    for line in sys.stdin:
        q = json.loads(line)
        try:
            a = {}
            if q["do"] == "start":
                ctx = start(q)
            elif q["do"] == "step":
                a["token"] = enc(ctx.step(dec(q["token"]) if q.get("token") else None))
                a["done"] = ctx.complete
                if ctx.complete:
                    a["initiator"] = str(ctx.initiator_name)
            elif q["do"] == "seal":
                s, d = seal(ctx, dec(q.get("message", "")))
                a["signature"], a["sealed"] = enc(s), enc(d)
            elif q["do"] == "wrap":
                a["signature"], a["sealed"] = "", enc(raw.wrap(ctx, dec(q.get("message", "")), True).message)
            elif q["do"] == "open":
                r = stream_open(ctx, dec(q.get("signature") or "") + dec(q.get("sealed") or ""))
                a["message"], a["encrypted"] = enc(r.message), bool(r.encrypted)
            elif q["do"] == "sign":
                a["mic"] = enc(ctx.get_signature(dec(q.get("message", ""))))
            elif q["do"] == "verify":
                ctx.verify_signature(dec(q.get("message", "")), dec(q["mic"]))
            else:
                raise ValueError(q["do"])
        except Exception as e:
            a = {"error": "%s: %s" % (type(e).__name__, e)}
        sys.stdout.write(json.dumps(a) + "\n")
        sys.stdout.flush()


main()
