# A client of Windows Remote Management that nobody here wrote: pywinrm with requests_ntlm, which encrypts its
# messages. It sends three over one connection and says how long the answers are.
import sys

from winrm.transport import Transport

url, user, password = sys.argv[1], sys.argv[2], sys.stdin.readline().rstrip("\n")
transport = Transport(endpoint=url, username=user, password=password, auth_method="ntlm", message_encryption="always")
message = """<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"><s:Header>
<a:To>%s</a:To><w:ResourceURI s:mustUnderstand="true">http://schemas.microsoft.com/wbem/wsman/1/config</w:ResourceURI>
<a:ReplyTo><a:Address s:mustUnderstand="true">http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address></a:ReplyTo>
<a:Action s:mustUnderstand="true">http://schemas.xmlsoap.org/ws/2004/09/transfer/Get</a:Action><w:MaxEnvelopeSize>153600</w:MaxEnvelopeSize>
<a:MessageID>uuid:11111111-2222-3333-4444-55555555555%d</a:MessageID><w:OperationTimeout>PT60S</w:OperationTimeout></s:Header><s:Body/></s:Envelope>"""
for i in range(3):
    answer = transport.send_message(message % (url, i))
    if b"MaxEnvelopeSizekb" not in answer and b"Config" not in answer:
        sys.exit("not the answer: %r" % answer[:500])
    print(len(answer))
