# A web server that signs people in with the NTLM of gss-ntlmssp and speaks encrypted messages (MS-WSMV 2.2.9.1).
# It writes its port as the first line and ends with its standard input. Accounts are in the file NTLM_USER_FILE.
import base64
import http.server
import re
import struct
import sys
import threading

import gssapi
from gssapi import raw

NTLM = gssapi.OID.from_int_seq("1.3.6.1.4.1.311.2.2.10")
MARK = b"-- Encrypted Boundary" if "exchange" in sys.argv[1:] else b"--Encrypted Boundary"
KIND = 'multipart/encrypted;protocol="application/HTTP-SPNEGO-session-encrypted";boundary="Encrypted Boundary"'


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def setup(self):
        super().setup()
        self.ctx = None  # of this connection

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
        if scheme:
            if self.ctx is None or self.ctx.complete:
                self.ctx = gssapi.SecurityContext(creds=gssapi.Credentials(usage="accept", mechs=[NTLM]), usage="accept")
            try:
                reply = self.ctx.step(base64.b64decode(token))
            except gssapi.exceptions.GSSError:
                self.ctx = None
                return self.answer(401, WWW_Authenticate="Negotiate")
            if not self.ctx.complete:
                return self.answer(401, WWW_Authenticate=scheme + " " + base64.b64encode(reply).decode())
            if not body:
                return self.answer(200)
        if self.ctx is None or not self.ctx.complete:
            return self.answer(401, WWW_Authenticate="Negotiate")
        m = re.match(rb"--Encrypted Boundary\r\n\tContent-Type: application/HTTP-SPNEGO-session-encrypted\r\n"
                     rb"\tOriginalContent: type=(.*);Length=(\d+)\r\n--Encrypted Boundary\r\n\tContent-Type: application/octet-stream\r\n", body)
        if not m or not body.endswith(b"--Encrypted Boundary--\r\n"):
            return self.answer(400)
        sealed = body[m.end():-len(b"--Encrypted Boundary--\r\n")]
        size = struct.unpack("<I", sealed[:4])[0]
        if size != 16:
            return self.answer(400)
        opened = raw.unwrap(self.ctx, sealed[4:])
        if not opened.encrypted or len(opened.message) != int(m.group(2)):
            return self.answer(400)
        text = str(self.ctx.initiator_name).encode() + b" says " + opened.message
        token = raw.wrap(self.ctx, text, True).message
        head = b"\r\n\tContent-Type: application/octet-stream\r\n"
        self.answer(200, MARK + b"\r\n\tContent-Type: application/HTTP-SPNEGO-session-encrypted\r\n\tOriginalContent: type=" + m.group(1) +
                    b";Length=" + str(len(text)).encode() + b"\r\n" + MARK + head + struct.pack("<I", 16) + token + MARK + b"--\r\n", Content_Type=KIND)

    def log_message(self, *args):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_address[1], flush=True)
sys.stdin.read()
