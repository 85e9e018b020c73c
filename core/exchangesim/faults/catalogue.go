package faults

// The faults. The server plays each as servers were seen to behave.
const (
	RedirectChain   Name = "redirect-chain"
	RedirectLoop    Name = "redirect-loop"
	RedirectHTTP    Name = "redirect-http"
	RedirectForeign Name = "redirect-foreign"
	RedirectBroken  Name = "redirect-broken"
	RedirectToken   Name = "redirect-token"

	WrongPassword       Name = "wrong-password"
	MFANeeded           Name = "mfa-needed"
	PasswordExpired     Name = "password-expired"
	AccountDisabled     Name = "account-disabled"
	SignInRefused       Name = "sign-in-refused"
	NoBasic             Name = "no-basic"
	Retired             Name = "retired"
	DelegationRefused   Name = "delegation-refused"
	DelegationError     Name = "delegation-error"
	RemotePowerShellOff Name = "remote-powershell-off"
	NoRole              Name = "no-role"

	LimitReceive Name = "limit-receive"
	LimitCreate  Name = "limit-create"
	LimitWinRM   Name = "limit-winrm"
	Budget       Name = "budget"
	Quota        Name = "quota"
	MicroDelay   Name = "micro-delay"
	HardLock     Name = "hard-lock"

	BackEndUnreachable Name = "back-end-unreachable"
	Unavailable        Name = "unavailable"
	BadGateway         Name = "bad-gateway"
	GatewayTimeout     Name = "gateway-timeout"
	AccessDenied       Name = "access-denied"
	WSManFault         Name = "wsman-fault"

	IdleExpiry      Name = "idle-expiry"
	ShellGone       Name = "shell-gone"
	CommandGone     Name = "command-gone"
	RunspaceBroken  Name = "runspace-broken"
	PipelineStopped Name = "pipeline-stopped"
	ErrorState      Name = "error-state"
	ErrorRecord     Name = "error-record"
	ErrorBoth       Name = "error-both"
	NoLanguage      Name = "no-language"

	PollTimeouts    Name = "poll-timeouts"
	SmallFragments  Name = "small-fragments"
	JoinedFragments Name = "joined-fragments"
	SmallAnswers    Name = "small-answers"
	NoBOM           Name = "no-bom"

	DropBefore  Name = "drop-before"
	DropIn      Name = "drop-in"
	DropAfter   Name = "drop-after"
	HalfBody    Name = "half-body"
	Slow        Name = "slow"
	Trickle     Name = "trickle"
	Gzip        Name = "gzip"
	Chunked     Name = "chunked"
	Garbage     Name = "garbage"
	StrangePage Name = "strange-page"
)

var (
	atCreate   = []Step{Create}
	atReceive  = []Step{Receive}
	atReceives = []Step{FirstReceive, Receive}
	atCommand  = []Step{Command}
	inSession  = []Step{FirstReceive, Command, Receive, Send, Signal, Delete}
	ofPipeline = []Step{Receive, Send, Signal}
)

const rowsFirst = "how many objects of the pipeline come before it"

var (
	signInForms = choice("401", "400")
	rows        = count(0, 1_000_000)
)

const signInForm = "401 with its category in a header, or 400 with it in the text"

var catalogue = []Fault{
	{Name: RedirectChain, Does: "A new session is redirected again and again, each time to a good address, before it opens.",
		Steps: atCreate, Usual: atCreate, Value: "HOPS", Means: "how many redirects, from 1 to 20", Default: "3", check: count(1, 20)},
	{Name: RedirectLoop, Does: "Each address redirects to the other, without end.",
		Steps: allSteps, Usual: atCreate},
	{Name: RedirectHTTP, Does: "A redirect leads to http, where a password could be read on the way.",
		Steps: allSteps, Usual: atCreate, Value: "TARGET", Means: "HOST:PORT, or a whole Location; own is this server's second address", Default: "own", check: printable},
	{Name: RedirectForeign, Does: "A redirect leads over https to a host that is no part of the service.",
		Steps: allSteps, Usual: atCreate, Value: "TARGET", Means: "HOST:PORT, or a whole Location, such as https://outlook.com@attacker.example/", Default: "outlook.com.example", check: printable},
	{Name: RedirectBroken, Does: "A redirect names no address that can be read.",
		Steps: allSteps, Usual: atCreate, Value: "LOCATION", Means: "the Location header, or none to leave it out", Default: "https://[pod", check: printable},
	{Name: RedirectToken, Does: "A redirect carries a SecurityToken that every request at the new address must bring back unchanged.",
		Steps: atCreate, Usual: atCreate},

	{Name: WrongPassword, Does: "The sign-in is refused as with a wrong password.",
		Steps: allSteps, Usual: atCreate, Value: "STATUS", Means: signInForm, Default: "401", check: signInForms},
	{Name: MFANeeded, Does: "The sign-in is refused because the account needs multi-factor authentication, which Basic cannot do.",
		Steps: allSteps, Usual: atCreate, Value: "STATUS", Means: signInForm, Default: "401", check: signInForms},
	{Name: PasswordExpired, Does: "The sign-in is refused because the password has expired.",
		Steps: allSteps, Usual: atCreate, Value: "STATUS", Means: signInForm, Default: "401", check: signInForms},
	{Name: AccountDisabled, Does: "The sign-in is refused as for a disabled account.",
		Steps: allSteps, Usual: atCreate, Value: "STATUS", Means: signInForm, Default: "401", check: signInForms},
	{Name: SignInRefused, Does: "The sign-in is refused with a result of Exchange's front end.",
		Steps: allSteps, Usual: atCreate, Value: "RESULT", Means: "one of " + among(SignInResults()...), Default: "AuthFailure", check: choice(SignInResults()...)},
	{Name: NoBasic, Does: "Basic is not among the ways to sign in that the server offers.",
		Steps: allSteps, Usual: atCreate, Value: "OFFER", Means: "what is offered instead: a challenge such as Negotiate, or none", Default: "Negotiate", check: printable},
	{Name: Retired, Does: "The address answers as one whose service was switched off.",
		Steps: allSteps, Usual: atCreate, Value: "FORM", Means: "a form that was reported: " + among(retiredForms...), Default: "400", check: choice(retiredForms...)},
	{Name: DelegationRefused, Does: "The account is refused for this customer: no relationship, or not in the groups of delegated administrators.",
		Steps: allSteps, Usual: atCreate},
	{Name: DelegationError, Does: "The service fails while it looks up who acts for the customer.",
		Steps: allSteps, Usual: atCreate, Value: "EXCEPTION", Means: "the name of the exception", Default: "CannotResolveTenantNameException", check: word},
	{Name: RemotePowerShellOff, Does: "Remote PowerShell is off for the account; the answer is plain text that claims to be SOAP.",
		Steps: allSteps, Usual: atCreate},
	{Name: NoRole, Part: Within, Does: "The account is signed in and has no role: the first Receive says so.",
		Steps: atCreate, Usual: atCreate},

	{Name: LimitReceive, Part: Within, Does: "The session is one too many; the first Receive says so, as Exchange Online did.",
		Steps: atCreate, Usual: atCreate},
	{Name: LimitCreate, Does: "The session is one too many; Create says so with WSMan's fault 2150859173.",
		Steps: atCreate, Usual: atCreate},
	{Name: LimitWinRM, Does: "The session is one too many; Create says so with WinRM's fault 2150859236.",
		Steps: atCreate, Usual: atCreate},
	{Name: Budget, Part: Within, Does: "Too many sessions were opened in a short time; the first Receive says how long to wait.",
		Steps: atCreate, Usual: atCreate, Value: "SECONDS", Means: "how many seconds to wait", Default: "60", check: count(1, 1_000_000)},
	{Name: Quota, Does: "WinRM itself has too much to do for this user or in all.",
		Steps: allSteps, Usual: atCreate, Value: "KIND", Means: "operations (2150859174), user (2150859175), system (2150859176) or shell-users (2150859179)", Default: "operations", check: choice("operations", "user", "system", "shell-users")},
	{Name: MicroDelay, Part: Within, Does: "A pipeline begins with the warning that Exchange slowed it down.",
		Steps: atCommand, Usual: atCommand, Value: "MS", Means: "the delay that the warning tells, in milliseconds", Default: "21956", check: count(1, 1_000_000_000)},
	{Name: HardLock, Part: Within, Does: "A pipeline fails because the account is locked out of the service for a time.",
		Steps: atCommand, Usual: atCommand, Value: "MS", Means: "the suggested backoff time, in milliseconds", Default: "887405440", check: count(1, 2_000_000_000)},

	{Name: BackEndUnreachable, Does: "The front end cannot reach the server behind it, and says so in a text that claims to be SOAP.",
		Steps: allSteps, Usual: atCreate, Value: "STATUS", Means: "the HTTP status: 400, 500 or 503", Default: "500", check: choice("400", "500", "503")},
	{Name: Unavailable, Does: "The service is not available: HTTP 503.",
		Steps: allSteps, Usual: atCreate, Value: "SECONDS", Means: "what Retry-After says; 0 leaves it out", Default: "0", check: count(0, 1_000_000)},
	{Name: BadGateway, Does: "A gateway on the way got no good answer: HTTP 502.",
		Steps: allSteps, Usual: atCreate},
	{Name: GatewayTimeout, Does: "A gateway on the way got no answer in time: HTTP 504.",
		Steps: allSteps, Usual: atCreate},
	{Name: AccessDenied, Does: "WSMan denies access: fault 5.",
		Steps: allSteps, Usual: atCreate},
	{Name: WSManFault, Does: "WSMan answers with a fault of any number.",
		Steps: allSteps, Usual: atCommand, Value: "CODE", Means: "the number of the fault, such as 995 for an operation that was aborted", Default: "995", check: code},

	{Name: IdleExpiry, Does: "The session was idle too long and has ended: the server does not find it.",
		Steps: inSession, Usual: atCommand},
	{Name: ShellGone, Does: "The server has forgotten the session, as after a restart: the selectors are invalid.",
		Steps: inSession, Usual: atReceive},
	{Name: CommandGone, Does: "The server has forgotten the pipeline, but not the session.",
		Steps: ofPipeline, Usual: atReceive},
	{Name: RunspaceBroken, Part: Within, Does: "The runspace pool breaks while a pipeline runs.",
		Steps: []Step{Command, Receive}, Usual: atCommand, Value: "ROWS", Means: rowsFirst + "; at receive, those that were received come before it", Default: "1", check: rows},
	{Name: PipelineStopped, Part: Within, Does: "The server stops a pipeline by itself.",
		Steps: atCommand, Usual: atCommand, Value: "ROWS", Means: rowsFirst, Default: "1", check: rows},
	{Name: ErrorState, Part: Within, Does: "A pipeline fails, and its error stands only in the state that ends it.",
		Steps: atCommand, Usual: atCommand, Value: "ROWS", Means: rowsFirst, Default: "0", check: rows},
	{Name: ErrorRecord, Part: Within, Does: "A pipeline writes an error and completes all the same.",
		Steps: atCommand, Usual: atCommand, Value: "ROWS", Means: rowsFirst, Default: "0", check: rows},
	{Name: ErrorBoth, Part: Within, Does: "A pipeline writes an error and fails with the same one.",
		Steps: atCommand, Usual: atCommand, Value: "ROWS", Means: rowsFirst, Default: "0", check: rows},
	{Name: NoLanguage, Part: Within, Does: "A pipeline is refused because the runspace is in no-language mode.",
		Steps: atCommand, Usual: atCommand},

	{Name: PollTimeouts, Part: Within, Does: "Before each answer with output a Receive ends with the timeout that means: ask again.",
		Steps: atReceives, Usual: atReceives, Value: "N", Means: "how many timeouts before each answer", Default: "1", check: count(1, 1000)},
	{Name: SmallFragments, Part: Within, Does: "A session sends its messages in small fragments.",
		Steps: atCreate, Usual: atCreate, Value: "BYTES", Means: "the size of a fragment with its header of 21, from 22", Default: "61", check: count(22, 1<<20)},
	{Name: JoinedFragments, Part: Within, Does: "All fragments of an answer stand in one Stream element.",
		Steps: atReceives, Usual: atReceives},
	{Name: SmallAnswers, Part: Within, Does: "An answer to Receive holds only few Stream elements, so that many are needed.",
		Steps: atReceives, Usual: atReceives, Value: "STREAMS", Means: "how many Stream elements at most", Default: "1", check: count(1, 10_000)},
	{Name: NoBOM, Part: Within, Does: "A session's messages have no byte-order mark before their text.",
		Steps: atCreate, Usual: atCreate},

	{Name: DropBefore, Does: "The connection breaks before the request is acted on.",
		Steps: allSteps, Usual: atReceive},
	{Name: DropIn, Part: Around, Does: "The request is acted on, and the connection breaks in the middle of the answer.",
		Steps: allSteps, Usual: atReceive, Value: "WHERE", Means: "headers or body: in the middle of which", Default: "body", check: choice("headers", "body")},
	{Name: DropAfter, Part: Around, Does: "The request is acted on, and the connection breaks before the answer.",
		Steps: allSteps, Usual: atReceive},
	{Name: HalfBody, Part: Around, Does: "Half of the answer's body comes, and the connection is closed in good order.",
		Steps: allSteps, Usual: atReceive, Value: "FORM", Means: "length: fewer bytes than Content-Length says; chunked: the last chunks are missing", Default: "length", check: choice("length", "chunked")},
	{Name: Slow, Part: Around, Does: "An answer keeps the client waiting.",
		Steps: allSteps, Usual: allSteps, Value: "TIME", Means: "how long, such as 200ms or 5s", Default: "1s", check: duration},
	{Name: Trickle, Part: Around, Does: "An answer's body comes a little at a time.",
		Steps: allSteps, Usual: allSteps, Value: "TIME", Means: "how long it takes in all, such as 200ms or 5s", Default: "1s", check: duration},
	{Name: Gzip, Part: Around, Does: "An answer is compressed with gzip.",
		Steps: allSteps, Usual: allSteps, Value: "WHEN", Means: "accepted: only for clients that said they can read it; always", Default: "accepted", check: choice("accepted", "always")},
	{Name: Chunked, Part: Around, Does: "An answer has no length and comes in chunks.",
		Steps: allSteps, Usual: allSteps, Value: "BYTES", Means: "the size of a chunk", Default: "1000", check: count(1, 1<<20)},
	{Name: Garbage, Part: Around, Does: "The request is acted on, and the answer's body is not what it should be.",
		Steps: allSteps, Usual: atReceive, Value: "FORM", Means: "bytes: random ones; cut: XML that ends in the middle; soap: an envelope that answers something else; empty", Default: "bytes", check: choice("bytes", "cut", "soap", "empty")},
	{Name: StrangePage, Does: "Something on the way answers with a web page and status 200.",
		Steps: allSteps, Usual: atCreate},
}

var retiredForms = []string{"400", "401", "403", "404", "close", "no-basic"}
