package troubleshoot

import (
	"tenantry/core/exchange"
	"tenantry/core/preflight"
)

// causes are all causes by name, in the families of pages. Each has its sentences in
// assets/translations/<language>/troubleshoot.json under "cause.<name>". A cause that several codes share stands
// here once, in the family that meets it most.
//
// To add one: a line here, its three sentences in each language, and its name in at least one page. The tests
// name what is missing.
var causes = map[string]Cause{
	// What was not expected
	"fault-of-ours":  {Step: StepBundle},
	"system-trouble": {Step: StepPreflight},

	// Signing in
	"wrong-password":          {Check: preflight.CheckSignIn, Found: found("signin.refused"), Step: StepSignIn},
	"old-password-kept":       {Step: StepSignIn},
	"user-name-mistyped":      {Check: preflight.CheckAccount, Found: found("preflight.user-no-domain", "preflight.user-colon"), Step: StepSignIn},
	"password-with-space":     {Check: preflight.CheckAccount, Found: found("preflight.password-spaced"), Step: StepSignIn},
	"mfa-wanted":              {Check: preflight.CheckSignIn, Found: found("signin.mfa-needed"), Step: StepSignIn},
	"mfa-new-rule":            {Step: StepSignIn},
	"place-not-allowed":       {Check: preflight.CheckSignIn, Found: found("signin.blocked"), Step: StepSignIn},
	"old-ways-blocked":        {Step: StepSignIn},
	"password-too-old":        {Check: preflight.CheckSignIn, Found: found("signin.password-expired"), Step: StepSignIn},
	"first-password":          {Step: StepSignIn},
	"locked-by-tries":         {Check: preflight.CheckSignIn, Found: found("signin.account-disabled"), Step: StepWait},
	"account-switched-off":    {Step: StepSignIn},
	"account-elsewhere":       {Step: StepAddress},
	"account-not-in-exchange": {Step: StepSignIn},
	"browser-task-open":       {Step: StepSignIn},
	"not-in-the-group":        {Check: preflight.CheckSignIn, Found: found("signin.access-denied"), Step: StepSignIn},
	"remote-powershell-off":   {Check: preflight.CheckRemotePS, Found: found("signin.remote-powershell-off"), Step: StepSignIn},
	"change-not-through":      {Step: StepWait},
	"relation-ended":          {Check: preflight.CheckDelegation, Found: found("signin.delegation-refused"), Step: StepCustomers},
	"role-not-given":          {Check: preflight.CheckDelegation, Found: found("signin.delegation-refused", "run.no-role"), Step: StepSignIn},
	"customer-domain-wrong":   {Step: StepCustomers},
	"no-password-kept":        {Step: StepSignIn},
	"kept-under-another-name": {Step: StepSignIn},

	// The way to sign in
	"basic-off-there":         {Step: StepWay},
	"other-server-answers":    {Step: StepAddress},
	"certificate-without-key": {Step: StepWay},
	"certificate-not-pem":     {Step: StepWay},
	"certificate-not-linked":  {Check: preflight.CheckSignIn, Found: found("signin.certificate-refused"), Step: StepWay},
	"own-certificate-expired": {Step: StepWay},
	"not-in-domain":           {Step: StepSignIn},
	"ticket-not-renewed":      {Step: StepSignIn},
	"ticket-store-of-system":  {Step: StepSignIn},
	"clock-wrong":             {Check: preflight.CheckClock, Fix: preflight.FixPage, Step: StepPreflight},
	"server-clock-wrong":      {},
	"server-by-another-name":  {Step: StepAddress},
	"domain-out-of-reach":     {Step: StepTryAgain},
	"authority-file-wrong":    {Step: StepAuthority},
	"file-moved":              {Step: StepSignIn},

	// Reaching the server
	"address-mistyped":          {Check: CheckNetwork, Found: found("preflight.host-unknown"), Step: StepAddress},
	"no-internet":               {Check: CheckNetwork, Found: found("preflight.no-name-server", "preflight.host-unreachable"), Step: StepTryAgain},
	"name-only-inside":          {Step: StepTryAgain},
	"firewall":                  {Check: CheckNetwork, Found: found("preflight.port-refused", "preflight.port-silent", "preflight.answer-silent"), Fix: preflight.FixFirewallText},
	"port-80-closed":            {Check: CheckNetwork, Found: found("preflight.windows-port"), Fix: preflight.FixFirewallText},
	"server-down":               {Step: StepWait},
	"port-wrong":                {Step: StepAddress},
	"proxy-needed":              {Step: StepProxy},
	"slow-line":                 {Step: StepTryAgain},
	"much-at-once":              {Step: StepForm},
	"server-slow":               {Step: StepWait},
	"line-weak":                 {Step: StepTryAgain},
	"computer-slept":            {Step: StepTryAgain},
	"device-cuts-lines":         {Fix: preflight.FixFirewallText},
	"server-restarted":          {Step: StepTryAgain},
	"answer-limited-on-the-way": {Fix: preflight.FixFirewallText},

	// What answers there
	"retired-service":           {Check: preflight.CheckService, Found: found("connect.retired"), Step: StepAddress},
	"moved-to-microsoft":        {Step: StepAddress},
	"path-missing":              {Check: preflight.CheckService, Found: found("connect.not-remoting"), Step: StepAddress},
	"sign-in-page-of-network":   {Check: CheckNetwork, Found: found("preflight.not-tls"), Step: StepTryAgain},
	"closed-to-outside":         {Check: preflight.CheckService, Found: found("connect.forbidden"), Step: StepAddress},
	"client-certificate-wanted": {Step: StepWay},
	"in-maintenance":            {Check: preflight.CheckService, Found: found("connect.unavailable"), Step: StepWait},
	"service-stopped-there":     {},
	"back-end-down":             {Check: preflight.CheckService, Found: found("connect.back-end"), Step: StepWait},
	"own-sign-in-server-down":   {Check: preflight.CheckService, Found: found("connect.sign-in-service"), Step: StepWait},
	"microsoft-has-trouble":     {Step: StepWait},
	"customer-lookup-broke":     {Step: StepWait},
	"answer-changed-on-the-way": {Check: CheckNetwork, Found: found("preflight.inspected", "preflight.inspected-trusted", "preflight.not-tls"), Fix: preflight.FixFirewallText},
	"other-kind-of-server":      {Step: StepAddress},
	"plain-address":             {Step: StepAddress},
	"address-not-whole":         {Step: StepAddress},

	// Certificates and protection
	"inspection":                 {Check: CheckNetwork, Found: found("preflight.inspected", "preflight.inspected-trusted"), Fix: preflight.FixFirewallText, Step: StepAuthority},
	"private-authority":          {Check: CheckNetwork, Found: found("preflight.certificate-unknown"), Step: StepAuthority},
	"server-certificate-expired": {Check: CheckNetwork, Found: found("preflight.certificate-expired")},
	"certificate-of-other-name":  {Check: CheckNetwork, Found: found("preflight.certificate-other"), Step: StepAddress},
	"old-protection-there":       {Check: CheckNetwork, Found: found("preflight.old-tls")},
	"no-protection-there":        {Check: CheckNetwork, Found: found("preflight.not-tls"), Step: StepAddress},
	"scanner-breaks-protection":  {Check: CheckNetwork, Found: found("preflight.tls-failed", "preflight.cut-off"), Fix: preflight.FixFirewallText},

	// The proxy
	"proxy-address-wrong":  {Check: CheckNetwork, Found: found("preflight.proxy-unknown", "preflight.proxy-odd", "preflight.proxy-unreadable"), Fix: preflight.FixPage, Step: StepProxy},
	"proxy-down":           {Check: CheckNetwork, Found: found("preflight.proxy-down"), Step: StepWait},
	"proxy-wants-password": {Check: CheckNetwork, Found: found("preflight.proxy-sign-in"), Step: StepProxy},
	"proxy-password-old":   {Step: StepProxy},
	"proxy-blocks":         {Check: CheckNetwork, Found: found("preflight.proxy-refused"), Fix: preflight.FixFirewallText},

	// Being sent elsewhere
	"redirect-set-up-wrong":     {},
	"network-sends-elsewhere":   {Step: StepTryAgain},
	"redirect-to-sister":        {Step: StepSignIn},
	"redirect-by-somebody-else": {Step: StepAddress},
	"servers-share-badly":       {Step: StepTryAgain},

	// Sessions
	"sessions-left-open":     {Check: preflight.CheckSessions, Found: found("preflight.sessions-left"), Fix: preflight.FixSessions, Step: StepSessions},
	"sessions-elsewhere":     {Check: preflight.CheckSessions, Found: found("preflight.sessions-in-use", "session.limit"), Step: StepSessions},
	"sessions-not-ended-yet": {Step: StepWait},
	"many-sessions-opened":   {Check: preflight.CheckSessions, Found: found("session.budget"), Step: StepWait},
	"session-unused":         {Step: StepSignIn},
	"closed-here":            {Step: StepSignIn},
	"line-broke-at-the-end":  {Step: StepSessions},

	// Limits of the server
	"asked-much":                {Step: StepWait},
	"scripts-with-same-account": {Step: StepSessions},
	"tried-too-soon":            {Step: StepWait},
	"limits-set-low":            {},
	"reason-not-known":          {Step: StepBundle},

	// Runs
	"cmdlet-mistyped":            {Step: StepForm},
	"role-lacks-it":              {},
	"of-another-exchange":        {Step: StepForm},
	"text-from-a-script":         {Step: StepForm},
	"object-mistyped":            {Step: StepForm},
	"object-of-another-customer": {Step: StepCustomers},
	"object-removed":             {Step: StepForm},
	"object-of-another-kind":     {Step: StepForm},
	"managed-elsewhere":          {},
	"value-not-taken":            {Step: StepForm},
	"you-stopped-it":             {Step: StepTryAgain},
	"answered-for-another":       {Step: StepSignIn},
	"first-one-failed":           {Step: StepTryAgain},

	// Fields of a form
	"field-left-empty":         {Step: StepForm},
	"nothing-chosen-to-change": {Step: StepForm},
	"written-as-elsewhere":     {Step: StepForm},
	"wrong-field":              {Step: StepForm},
	"unit-forgotten":           {Step: StepForm},
	"digit-too-many":           {Step: StepForm},
	"copied-along":             {Step: StepForm},
	"newer-than-known":         {Step: StepForm},
	"word-mistyped":            {Step: StepForm},
	"both-filled-in":           {Step: StepForm},
	"password-in-plain-field":  {Step: StepForm},
	"kind-not-sent":            {Step: StepForm},

	// The table
	"column-not-read":       {Step: StepForm},
	"value-of-another-kind": {},
	"condition-not-whole":   {},
	"chart-not-whole":       {},
	"column-of-words":       {},
	"key-of-several-rows":   {},
	"view-saved-before":     {},
	"more-rows-than-fit":    {Step: StepForm},

	// Files and folders
	"file-open-elsewhere":   {Step: StepTryAgain},
	"file-no-right":         {Check: preflight.CheckFolder, Step: StepPreflight},
	"disk-full":             {Check: preflight.CheckDisk, Step: StepPreflight},
	"drive-gone":            {Step: StepTryAgain},
	"scanner-blocks-folder": {},
	"ending-not-known":      {},
	"column-came-late":      {},
	"file-name-mistyped":    {},
	"other-file-chosen":     {},
	"file-cut-short":        {},
	"edited-by-hand":        {},
	"file-really-large":     {},

	// What Tenantry keeps
	"other-window-busy":     {Step: StepTryAgain},
	"scanner-holds-file":    {Step: StepTryAgain},
	"computer-stopped-hard": {},
	"newer-version-used":    {},
	"run-removed":           {},
	"connection-unnamed":    {},
	"connection-renamed":    {},
	"no-store-here":         {Check: preflight.CheckStore, Found: found("store.unavailable")},
	"store-locked":          {Check: preflight.CheckStore, Found: found("store.locked", "preflight.store-silent")},
	"store-has-trouble":     {Check: preflight.CheckStore, Found: found("store.failed", "preflight.store-forgets")},
	"secret-very-long":      {},

	// Customers
	"name-instead-of-domain": {Step: StepCustomers},
	"added-before":           {Step: StepCustomers},
	"not-added-yet":          {Step: StepCustomers},
	"several-tags-in-one":    {Step: StepCustomers},
	"columns-not-seen":       {Step: StepCustomers},
	"empty-export":           {Step: StepCustomers},
	"workbook-chosen":        {Step: StepCustomers},

	// Words of the command line
	"words-mistyped":             {},
	"other-version-described":    {},
	"quotation-marks-missing":    {},
	"word-left-out":              {},
	"options-exclude-each-other": {},
	"nobody-to-ask":              {},
	"variable-empty":             {},
	"other-working-folder":       {},
	"you-said-no":                {},
	"cmdlet-not-askable":         {},
	"port-taken":                 {},
	"security-blocks-local":      {},
	"sample-never-outside":       {},

	// Repairs
	"windows-said-no":       {Step: StepPreflight},
	"question-declined":     {Step: StepPreflight},
	"no-administrator-here": {},
	"company-policy":        {},
	"server-keeps-sessions": {Check: preflight.CheckSessions, Found: found("preflight.sessions-left"), Step: StepWait},

	// The checking itself
	"another-check-first":   {Step: StepPreflight},
	"slow-part-of-computer": {Step: StepPreflight},
	"no-right-to-look":      {},

	// What checks found: this computer
	"windows-too-old":               {Check: preflight.CheckSystem, Found: found("preflight.system-old", "preflight.system-unlisted")},
	"parts-not-installed":           {Check: preflight.CheckSystem, Found: found("preflight.system-no-service-pack", "preflight.system-lacks"), Fix: preflight.FixPage},
	"no-windows-here":               {},
	"dotnet-missing":                {Check: preflight.CheckDotNet, Found: found("preflight.dotnet-old"), Fix: preflight.FixPage},
	"powershell-missing":            {Check: preflight.CheckPowerShell, Found: found("preflight.powershell-old"), Fix: preflight.FixPage},
	"powershell-forbidden":          {},
	"scripts-never-allowed":         {Check: preflight.CheckPolicy, Found: found("preflight.policy-blocks"), Fix: preflight.FixPolicyUser},
	"only-signed-scripts":           {Check: preflight.CheckPolicy, Found: found("preflight.policy-signed"), Fix: preflight.FixPolicyUser},
	"scripts-forbidden-by-policy":   {Check: preflight.CheckPolicy, Found: found("preflight.policy-by-group"), Fix: preflight.FixPage},
	"scripts-forbidden-for-process": {Check: preflight.CheckPolicy, Found: found("preflight.policy-by-process")},
	"basic-off-here":                {Check: preflight.CheckBasic, Found: found("preflight.basic-off"), Fix: preflight.FixBasic},
	"basic-forbidden-by-policy":     {Check: preflight.CheckBasic, Found: found("preflight.basic-by-group")},
	"tls-off-in-windows":            {Check: preflight.CheckTLS, Found: found("preflight.tls-off", "preflight.tls-old"), Fix: preflight.FixPage},
	"tls-not-for-dotnet":            {Check: preflight.CheckTLS, Found: found("preflight.tls-dotnet"), Fix: preflight.FixPage},
	"screen-too-small":              {},
	"graphics-driver-missing":       {Check: preflight.CheckScreen, Found: found("preflight.screen-slow", "preflight.screen-opengl")},
	"update-waiting":                {Check: preflight.CheckUpdate, Found: found("preflight.update-there"), Fix: preflight.FixPage},

	// Other computers
	"pc-off-or-asleep":      {},
	"pc-management-off":     {},
	"pc-firewall":           {},
	"pc-slow":               {},
	"pc-other-device":       {},
	"pc-not-administrator":  {},
	"pc-local-account":      {},
	"pc-way-of-server":      {},
	"pc-many-connections":   {},
	"pc-setting-of-person":  {},
	"pc-nobody-signed-in":   {},
	"pc-only-known-repairs": {Step: StepBundle},
	"pc-output-changed":     {Step: StepBundle},
}

func found(codes ...exchange.Code) []exchange.Code { return codes }
