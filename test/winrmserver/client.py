# A client of Windows Remote Management that nobody here wrote: pywinrm. It opens a shell, runs what each line of
# standard input behind the password says, a program and its arguments with tabs between, and prints exit code and
# output as JSON, one line for each.
import base64
import json
import sys

import xmltodict
from winrm.exceptions import WinRMError
from winrm.protocol import Protocol

url, user, way, ca = sys.argv[1:5]
password = sys.stdin.readline().rstrip("\n")
p = Protocol(endpoint=url, transport=way, username=user, password=password, ca_trust_path=ca or None,
             message_encryption="always" if url.startswith("http:") else "auto",
             operation_timeout_sec=2, read_timeout_sec=20)


def send(shell, command, data):
    """Gives a command its whole input; this version of pywinrm has no way of its own."""
    action = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/Send"
    message = {"env:Envelope": p._get_soap_header(
        resource_uri="http://schemas.microsoft.com/wbem/wsman/1/windows/shell/cmd", action=action, shell_id=shell)}
    message["env:Envelope"]["env:Body"] = {"rsp:Send": {"rsp:Stream": {
        "@Name": "stdin", "@CommandId": command, "@End": "true", "#text": base64.b64encode(data).decode()}}}
    p.send_message(xmltodict.unparse(message))


try:
    shell = p.open_shell(codepage=65001, noprofile=True)
except WinRMError as e:
    print(json.dumps({"refused": str(e)}))
    sys.exit(0)
try:
    for line in sys.stdin:
        words = line.rstrip("\n").split("\t")
        command = p.run_command(shell, words[0], words[1:], console_mode_stdin=False)
        if words[0] == "echo":
            send(shell, command, b"from afar\r\n")
        out, err, code = p.get_command_output(shell, command)
        p.cleanup_command(shell, command)
        print(json.dumps({"code": code, "out": out.decode("utf-8"), "err": err.decode("utf-8")}))
finally:
    p.close_shell(shell)
