# How far somebody gets from this computer to a host and port. It runs on Windows PowerShell 2.0 and later, changes
# nothing, and sends no credentials.
#
# Standard input has five lines: host, port, 1 for TLS, 1 for a web server, and how many milliseconds each step may
# take. What it saw is printed as lines of plain ASCII, name=value, with end=1 as the last one. reachanswer.go reads
# them and judges.
#
# What is sent is this text without its comments and indents. As base64 of UTF-16 it must fit in the 8191 characters
# of a command line of cmd.exe, so names are short.
$ErrorActionPreference = 'Stop'

# $input is what powershell.exe read from standard input; [Console]::In would find it read already.
$name, $port, $secure, $web, $limit = @($input)
$limit = [int]$limit

# Straight to the console: what goes down the pipeline is broken into lines of the console's width.
function say($key, $value) { [Console]::Out.WriteLine("$key=" + ([string]$value -replace '[^ -~]', '?')) }
function step($key) {
	say step $key
	$script:watch = [Diagnostics.Stopwatch]::StartNew()
}
function did($ok) {
	say ms $watch.ElapsedMilliseconds
	say ok $ok
}
function fail($fault, $why) {
	did 0
	say fault $fault
	say error $why.Message
	say end 1
	exit
}
# Numbers of Windows' sockets, 0 for an error of something else.
function number($why) { if ($why -is [Net.Sockets.SocketException]) { $why.ErrorCode } else { 0 } }
function lost($why) { if ((number $why) -eq 10060) { 'silent' } else { 'dropped' } }

step name
try { $all = @([Net.Dns]::GetHostAddresses($name)) }
catch {
	$why = $_.Exception.GetBaseException()
	# 11001 and 11004: there is no such name, or it has no address. Otherwise nobody answered who knows.
	if (11001, 11004 -contains (number $why)) { fail 'name' $why }
	fail 'name-server' $why
}
say text ($all -join ', ')
did 1

# TcpClient has no time limit of its own for connecting.
function connect {
	$script:fault = 'silent'
	$script:why = New-Object TimeoutException
	foreach ($ip in $all[0..3]) {
		$client = New-Object Net.Sockets.TcpClient($ip.AddressFamily)
		try {
			$wait = $client.BeginConnect($ip, $port, $null, $null)
			if ($wait.AsyncWaitHandle.WaitOne($limit, $false)) {
				$client.EndConnect($wait)
				$client.ReceiveTimeout = $client.SendTimeout = $limit
				say address $ip
				return $client
			}
		} catch {
			$script:why = $_.Exception.GetBaseException()
			$script:fault = switch (number $why) {
				10061 { 'refused' }
				10060 { 'silent' }
				default { 'unreachable' }
			}
		}
	}
}
step connect
$client = connect
if (!$client) { fail $fault $why }
did 1
$stream = $client.GetStream()

# The callback takes every certificate, only to see it: who asked judges by what is printed. 3072 is TLS 1.2, which
# older versions of .NET have no name for.
function greet($version) {
	$tls = New-Object Net.Security.SslStream($client.GetStream(), $false, [Net.Security.RemoteCertificateValidationCallback] {
		param($a, $b, $chain, $errors)
		$script:policy = [int]$errors
		$script:status = @($chain.ChainStatus | % { $_.Status }) -join ','
		$script:shown = @($chain.ChainElements | % { [Convert]::ToBase64String($_.Certificate.RawData) })
		$true
	})
	$tls.AuthenticateAsClient($name, $null, [Enum]::ToObject([Security.Authentication.SslProtocols], $version), $false)
	$tls
}
if ($secure -eq 1) {
	step tls
	try { $stream = greet 3072 }
	catch {
		$why = $_.Exception.GetBaseException()
		if ($why -is [IO.IOException]) { fail 'not-tls' $why }
		if (number $why) { fail (lost $why) $why }
		# Does it speak an older version? 192 is TLS 1.0.
		$fault = 'old-tls'
		try { $client = connect; $null = greet 192 } catch { $fault = 'tls' }
		fail $fault $why
	}
	say tls ([int]$stream.SslProtocol)
	did 1
	say policy $policy
	say status $status
	foreach ($one in $shown) { say certificate $one }
}

# A server's clock is in its answer.
if ($web -eq 1) {
	step answer
	try {
		$ask = [Text.Encoding]::ASCII.GetBytes("HEAD / HTTP/1.0`r`nHost: $name`r`n`r`n")
		$stream.Write($ask, 0, $ask.Length)
		$reader = New-Object IO.StreamReader $stream
		$count = 0
		while (($line = $reader.ReadLine()) -and $count++ -lt 99) {
			if ($line -match '^Date: *(.+)$') {
				say asked ([DateTime]::UtcNow.ToString('s') + 'Z')
				say date $matches[1]
			}
		}
		if (!$count) { throw 'nothing' }
	} catch {
		$why = $_.Exception.GetBaseException()
		fail (lost $why) $why
	}
	did 1
}
say end 1
