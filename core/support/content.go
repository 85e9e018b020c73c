package support

import (
	"time"
)

// content is all that a bundle says. Every text in it is one of a few words that are written in this program, or
// has gone through the Redactor.
type content struct {
	Made     time.Time       `json:"made"` // UTC
	Language string          `json:"language"`
	Program  programContent  `json:"program"`
	System   *systemContent  `json:"system,omitempty"`
	Settings settingsContent `json:"settings"`
	Problem  *problemContent `json:"problem,omitempty"`
	Findings []findContent   `json:"findings,omitempty"`
	Sessions sessionsContent `json:"sessions"`
	Runs     []runContent    `json:"runs,omitempty"`
	Repairs  []repairContent `json:"repairs,omitempty"`
	Unread   []unreadContent `json:"unread,omitempty"` // what could not be read
}

type programContent struct {
	Tenantry string `json:"tenantry"`
	Go       string `json:"go"`
	System   string `json:"builtFor"`
	Arch     string `json:"arch"`
}

type systemContent struct {
	Family      string `json:"family"`
	Name        string `json:"name"`
	Major       int    `json:"major"`
	Minor       int    `json:"minor"`
	Build       int    `json:"build"`
	ServicePack int    `json:"servicePack,omitempty"`
	Server      bool   `json:"server,omitempty"`
	Release     string `json:"release,omitempty"`
	Arch        string `json:"arch,omitempty"`
}

type settingsContent struct {
	Customers   int                 `json:"customers"` // how many are on the list
	Connections []connectionContent `json:"connections,omitempty"`
}

// connectionContent is a saved connection without its name, its account and its files.
type connectionContent struct {
	Kind        string `json:"kind"` // classic or modern
	Host        string `json:"host"`
	Way         string `json:"signIn"`
	OwnCA       bool   `json:"privateAuthority,omitempty"`
	Certificate bool   `json:"clientCertificate,omitempty"`
	Proxy       string `json:"proxy"` // system, none or manual
	ProxyHost   string `json:"proxyHost,omitempty"`
	ProxyUser   bool   `json:"proxyAsks,omitempty"`
	Remember    bool   `json:"remember,omitempty"`
	MaxSessions int    `json:"maxSessions,omitempty"`
	Customers   int    `json:"customers,omitempty"` // how many it is narrowed to
}

type problemContent struct {
	Code    string            `json:"code"`
	Doing   string            `json:"doing,omitempty"`
	Retry   string            `json:"retry"`
	Args    map[string]string `json:"args,omitempty"`
	Details map[string]string `json:"details,omitempty"`
	Causes  []string          `json:"causes,omitempty"` // the errors behind it, from the outside in
}

type findContent struct {
	Check   string            `json:"check"`
	Status  string            `json:"status"`
	Code    string            `json:"code"`
	Args    map[string]string `json:"args,omitempty"`
	Because string            `json:"because,omitempty"`
	Millis  int64             `json:"milliseconds"`
	Steps   []stepContent     `json:"steps,omitempty"`
	Facts   []factContent     `json:"facts,omitempty"`
	Fixes   []string          `json:"fixes,omitempty"`
	Causes  []string          `json:"causes,omitempty"`
}

type stepContent struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Millis int64  `json:"milliseconds"`
	Seen   string `json:"seen,omitempty"`
}

type factContent struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// sessionsContent counts the sessions that are noted as open.
type sessionsContent struct {
	InUse     int `json:"inUse"`
	LeftOpen  int `json:"leftOpen"`
	Elsewhere int `json:"elsewhere"` // opened on another computer
}

// runContent is a run without its account, its customers and the values of its parameters.
type runContent struct {
	Started time.Time     `json:"started"` // UTC
	Millis  int64         `json:"milliseconds,omitempty"`
	Program string        `json:"program"`
	Kind    string        `json:"connection"`
	Host    string        `json:"host,omitempty"`
	Cmdlet  string        `json:"cmdlet"`
	Params  []string      `json:"parameters,omitempty"` // their names
	Outcome string        `json:"outcome"`
	Rows    int           `json:"rows"`
	Parts   []partContent `json:"customers,omitempty"`
}

// partContent is how many customers of a run ended in the same way.
type partContent struct {
	Count   int    `json:"count"`
	Outcome string `json:"outcome"`
	Code    string `json:"code,omitempty"`
	Rows    int    `json:"rows"`
	Partial int    `json:"partial,omitempty"` // for how many rows are missing
}

type repairContent struct {
	At      time.Time `json:"at"` // UTC
	Program string    `json:"program"`
	Fix     string    `json:"fix"`
	There   bool      `json:"anotherComputer,omitempty"`
	Code    string    `json:"code,omitempty"` // why it was not made
}

type unreadContent struct {
	What string `json:"what"` // system, customers, connections, runs, repairs or sessions
	Code string `json:"code"`
}
