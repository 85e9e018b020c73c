# A small server, or one request of a client, of Windows Remote Management's message encryption (MS-WSMV 2.2.9.1)
# on MIT Kerberos and Python's own HTTP.
import base64
import http.client
import http.server
import re
import struct
import sys

import gssapi
from gssapi import raw
from gssapi.raw import IOV, IOVBufferType

SPNEGO = gssapi.OID.from_int_seq("1.3.6.1.5.5.2")
KERBEROS = gssapi.OID.from_int_seq("1.2.840.113554.1.2.2")
PROTOCOL = {"Negotiate": "application/HTTP-SPNEGO-session-encrypted", "Kerberos": "application/HTTP-Kerberos-session-encrypted"}


def seal(ctx, scheme, message):
    iov = IOV(IOVBufferType.header, message, IOVBufferType.padding, std_layout=False)
    raw.wrap_iov(ctx, iov, confidential=True)
    signature, data = iov[0].value, iov[1].value + (iov[2].value or b"")
    return (
        "--Encrypted Boundary\r\n\tContent-Type: %s\r\n"
        "\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length=%d\r\n"
        "--Encrypted Boundary\r\n\tContent-Type: application/octet-stream\r\n" % (PROTOCOL[scheme], len(message))
    ).encode() + struct.pack("<i", len(signature)) + signature + data + b"--Encrypted Boundary--\r\n"


def sealed_type(scheme):
    return 'multipart/encrypted;protocol="%s";boundary="Encrypted Boundary"' % PROTOCOL[scheme]


def unseal(ctx, body):
    start = re.search(rb"Content-Type: application/octet-stream\r\n", body).end()
    end = body.rindex(b"--Encrypted Boundary--")
    size = struct.unpack("<i", body[start : start + 4])[0]
    if not 0 < size < end - start - 4:
        raise ValueError("a signature of %d bytes" % size)
    opened = raw.unwrap(ctx, body[start + 4 : end])
    if not opened.encrypted:
        raise ValueError("not encrypted")
    stated = int(re.search(rb"Length=(\d+)", body).group(1))
    if stated != len(opened.message):
        raise ValueError("said %d bytes, sent %d" % (stated, len(opened.message)))
    return opened.message


class Echo(http.server.BaseHTTPRequestHandler):
    """Signs a connection in and sends back, sealed, what comes sealed."""

    protocol_version = "HTTP/1.1"
    schemes = ["Negotiate", "Kerberos"]

    def setup(self):
        super().setup()
        self.ctx, self.scheme = None, None

    def log_message(self, *_):
        pass

    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        try:
            if scheme in self.schemes:
                if body:
                    raise ValueError("a body before signing in")
                self.scheme = scheme
                self.ctx = gssapi.SecurityContext(creds=gssapi.Credentials(usage="accept"), usage="accept")
                reply = self.ctx.step(base64.b64decode(token)) or b""
                status = 200 if self.ctx.complete else 401
                self.answer(status, WWW_Authenticate="%s %s" % (scheme, base64.b64encode(reply).decode()))
            elif self.ctx is not None and self.ctx.complete:
                if PROTOCOL[self.scheme] not in self.headers["Content-Type"]:
                    raise ValueError("Content-Type " + self.headers["Content-Type"])
                plain = b"echo of " + unseal(self.ctx, body)
                self.answer(200, seal(self.ctx, self.scheme, plain), Content_Type=sealed_type(self.scheme))
            else:
                self.send_response(401)
                for s in self.schemes:
                    self.send_header("WWW-Authenticate", s)
                self.send_header("Content-Length", "0")
                self.end_headers()
        except Exception as e:
            text = ("%s: %s" % (type(e).__name__, e)).encode()
            self.answer(500, text, Content_Type="text/plain")


def serve(scheme):
    Echo.schemes = [scheme]
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    print(server.server_port, flush=True)
    server.serve_forever()


def ask(scheme, host, path, message):
    ctx = gssapi.SecurityContext(
        name=gssapi.Name("HTTP@" + host.split(":")[0], gssapi.NameType.hostbased_service),
        mech=SPNEGO if scheme == "Negotiate" else KERBEROS, usage="initiate",
        flags=gssapi.RequirementFlag.mutual_authentication | gssapi.RequirementFlag.confidentiality | gssapi.RequirementFlag.out_of_sequence_detection,
    )
    c = http.client.HTTPConnection(host)
    token = ctx.step()
    while not ctx.complete:
        c.request("POST", path, b"", {"Authorization": "%s %s" % (scheme, base64.b64encode(token).decode()), "Content-Type": "application/soap+xml;charset=UTF-8"})
        r = c.getresponse()
        r.read()
        token = ctx.step(base64.b64decode(r.headers["WWW-Authenticate"].partition(" ")[2]))
    for i in range(2):  # the context goes on with the connection
        c.request("POST", path, seal(ctx, scheme, message), {"Content-Type": sealed_type(scheme)})
        r = c.getresponse()
        print(r.status, unseal(ctx, r.read()).decode(), flush=True)


if sys.argv[1] == "serve":
    serve(sys.argv[2])
else:
    ask(sys.argv[2], sys.argv[3], sys.argv[4], sys.stdin.buffer.read())
