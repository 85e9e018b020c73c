package preflight

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/proxy"
)

// ReachLimit is how long the check of one host and port may take.
const ReachLimit = 6 * time.Second

// The codes of the proxy.
const (
	CodeProxyNone       exchange.Code = "preflight.proxy-none"       // requests go straight. Args: none
	CodeProxyFound      exchange.Code = "preflight.proxy-found"      // one is used. Args: proxy (host and port), source (where it was found)
	CodeProxyUnreadable exchange.Code = "preflight.proxy-unreadable" // the settings name one that cannot be read. Args: source
)

// ProxyOf is a connection's way out of the network, as Subject wants it. The error is an *exchange.Problem with
// CodeProxyUnreadable: the address cannot be read.
func ProxyOf(p exchange.Proxy) (of ProxyFunc, from string, err error) {
	switch p.Mode {
	case exchange.ProxyNone:
		return proxy.None, string(proxy.FromNone), nil
	case exchange.ProxyManual:
		manual, err := proxy.Manual(p.URL, p.User, p.Password)
		if err != nil {
			return nil, "", &exchange.Problem{Code: CodeProxyUnreadable, Args: args("source", string(proxy.FromManual)), Retry: exchange.RetryNever, Cause: err}
		}
		return ProxyFunc(manual), string(proxy.FromManual), nil
	}
	return proxy.System, string(proxy.SystemFrom()), nil
}

// AddressOf is the web address by which the proxy for an endpoint is looked up.
func AddressOf(e Endpoint) *url.URL {
	u := &url.URL{Scheme: "http", Host: e.String()}
	usual := 80
	if e.TLS {
		u.Scheme, usual = "https", 443
	}
	if e.Port == usual {
		u.Host = e.String()[:len(e.String())-len(":"+strconv.Itoa(e.Port))]
	}
	return u
}

func networkChecks(s Subject) []Check {
	var list []Check
	if s.Proxy != nil {
		list = append(list, Check{ID: CheckProxy, Run: func(ctx context.Context) Finding { return lookForProxy(ctx, s) }})
	}
	seen := &reaches{}
	var hosts []CheckID
	told := false // whether one of them can tell the time
	for _, e := range s.Endpoints {
		id := NetworkCheck(e)
		if slices.Contains(hosts, id) {
			continue
		}
		hosts = append(hosts, id)
		told = told || e.Web
		list = append(list, Check{
			ID: id, About: args("host", e.Host, "port", strconv.Itoa(e.Port)), After: []CheckID{CheckProxy}, Limit: ReachLimit,
			Run: func(ctx context.Context) Finding {
				r, f := seen.reach(ctx, s, e)
				if f != nil {
					return *f
				}
				return reached(ctx, s, r, time.Now())
			},
		})
	}
	if told {
		list = append(list, Check{
			ID: CheckClock, After: []CheckID{CheckProxy}, Awaits: hosts, Limit: ReachLimit,
			Run: func(ctx context.Context) Finding { return lookAtClock(ctx, s, seen) },
		})
	}
	return list
}

// reaches are how far the checks of hosts got, for the check of the clock.
type reaches struct {
	mu   sync.Mutex
	ran  bool
	list []Reach
}

// reach tries one host and keeps what came of it. The finding says that nothing could be tried, and is empty
// where ctx was cancelled.
func (seen *reaches) reach(ctx context.Context, s Subject, e Endpoint) (Reach, *Finding) {
	r, err := s.Computer.Reach(ctx, e)
	seen.mu.Lock()
	defer seen.mu.Unlock()
	seen.ran = true
	if err == nil {
		seen.list = append(seen.list, r)
		return r, nil
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		return r, &Finding{}
	}
	f := unread(e.String(), err)
	return r, &f
}

func (seen *reaches) all() (list []Reach, ran bool) {
	seen.mu.Lock()
	defer seen.mu.Unlock()
	return slices.Clone(seen.list), seen.ran
}

// lookForProxy tells which proxy the hosts are reached through.
func lookForProxy(ctx context.Context, s Subject) Finding {
	endpoints := s.Endpoints
	if len(endpoints) == 0 {
		endpoints = DefaultEndpoints()
	}
	f := Finding{Status: Pass, Code: CodeProxyNone}
	for _, e := range endpoints {
		through, err := s.Proxy(AddressOf(e))
		if err != nil {
			f = Finding{Status: Fail, Code: CodeProxyUnreadable, Args: args("source", s.ProxyFrom), Facts: []Fact{{"Source", s.ProxyFrom}}, Cause: err}
			if s.ProxyFrom == string(proxy.FromSystem) {
				f.Fixes = settings(ctx, s, pageProxy)
			}
			return f
		}
		by := "none"
		if through != nil {
			by = through.Scheme + "://" + through.Host
			if f.Code == CodeProxyNone {
				f.Code, f.Args = CodeProxyFound, args("proxy", through.Host, "source", s.ProxyFrom)
			}
		}
		f.Facts = append(f.Facts, Fact{"Proxy for " + e.String(), by})
	}
	f.Facts = append(f.Facts, Fact{"Source", s.ProxyFrom})
	return f
}

// The settings pages.
const (
	pageProxy = "proxy"
	pageTime  = "time"
)

var settingsPages = map[Family]map[string]string{
	Windows: {pageProxy: "ms-settings:network-proxy", pageTime: "ms-settings:dateandtime"},
	MacOS: {
		pageProxy: "x-apple.systempreferences:com.apple.Network-Settings.extension?Proxies",
		pageTime:  "x-apple.systempreferences:com.apple.Date-Time-Settings.extension",
	},
}

// settings is the fix that opens a settings page, where this computer has such pages: Windows since 10, and macOS.
func settings(ctx context.Context, s Subject, page string) []Fix {
	if s.Computer.Name() != "" {
		return nil
	}
	system, err := s.Computer.System(ctx)
	if err != nil || system.Family == Windows && system.Major < 10 {
		return nil
	}
	if address := settingsPages[system.Family][page]; address != "" {
		return []Fix{{ID: FixPage, Args: args("page", address)}}
	}
	return nil
}
