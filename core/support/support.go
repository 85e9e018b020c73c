// Package support makes the support bundle: what somebody who helps needs to know about a computer and what
// Tenantry did on it, and nothing about customers. It is shown before it is saved, and never sent.
//
// Each thing in a bundle is chosen here by name (content.go) and goes through a Redactor unless it can only be
// one of a few words or a number. Free text that servers and systems write is left out, or goes through the
// Redactor, which lets through only what it knows to be harmless.
package support

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"runtime"
	"time"

	"tenantry/assets"
	"tenantry/core/customers"
	"tenantry/core/exchange"
	"tenantry/core/journal"
	"tenantry/core/preflight"
	"tenantry/core/signin"
	"tenantry/core/wording"
)

// FileName is what a bundle is called unless the person says otherwise.
const FileName = "tenantry-support.zip"

// MaxRuns is how many runs and repairs are told of, the newest.
const MaxRuns = 100

// Log is where runs, repairs and open sessions are noted. *journal.Journal is one.
type Log interface {
	Runs(ctx context.Context, limit int) ([]journal.Run, error)
	Repairs(ctx context.Context, limit int) ([]journal.Repair, error)
	OpenShells(ctx context.Context) ([]journal.OpenShell, error)
}

// Source is what a bundle is made from. What is nil or empty is left out.
type Source struct {
	Words *wording.Words // of the readable part; nil for English
	Now   func() time.Time

	System   func(ctx context.Context) (preflight.System, error)
	Findings func(ctx context.Context) []preflight.Finding // looks at the computer; may take as long as its checks
	Log      Log
	Problem  *exchange.Problem // that somebody asks for help with

	// What is set here, and what names there are that must not leave the computer.
	Profiles  func() ([]signin.Profile, error)
	Customers func() ([]customers.Customer, error)
	Here      Names // more names: this computer's and its user's. ThisComputer knows them
}

// File is one file of a bundle.
type File struct {
	Name string
	Data []byte
}

// Bundle is a support bundle as it will be saved. It never changes.
type Bundle struct {
	files []File
	made  time.Time
}

// Make gathers a bundle. It blocks on the disk and on whatever the findings look at, and stops when ctx is done.
// What cannot be read is told in the bundle by its code; only a ctx that is done is an error, a *exchange.Problem.
func Make(ctx context.Context, s Source) (*Bundle, error) {
	if s.Words == nil {
		s.Words = wording.For(wording.English)
	}
	if s.Now == nil {
		s.Now = time.Now
	}
	c := gather(ctx, s)
	if err := ctx.Err(); err != nil {
		return nil, &exchange.Problem{Code: exchange.CodeCancelled, Doing: "make a support bundle", Cause: err}
	}
	data, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return nil, exchange.AsProblem(err)
	}
	return &Bundle{made: c.Made, files: []File{
		{"report.txt", []byte(c.text(s.Words))},
		{"report.json", append(data, '\n')},
	}}, nil
}

// Files are the files of the bundle: report.txt for people, in their language, and report.json, which says the
// same for programs.
func (b *Bundle) Files() []File { return b.files }

// Preview is everything that is in the bundle, byte for byte, each file after a line with its name. It is shown
// before anything is saved.
func (b *Bundle) Preview() []byte {
	var all bytes.Buffer
	for i, f := range b.files {
		if i > 0 {
			all.WriteByte('\n')
		}
		all.WriteString("--- " + f.Name + " ---\n")
		all.Write(f.Data)
	}
	return all.Bytes()
}

// WriteZip writes the bundle as one zip file. Give it to export.WriteFile, which writes whole or not at all.
func (b *Bundle) WriteZip(w io.Writer) error {
	z := zip.NewWriter(w)
	for _, f := range b.files {
		part, err := z.CreateHeader(&zip.FileHeader{Name: f.Name, Method: zip.Deflate, Modified: b.made})
		if err != nil {
			return err
		}
		if _, err := part.Write(f.Data); err != nil {
			return err
		}
	}
	return z.Close()
}

func versions() programContent {
	return programContent{Tenantry: assets.Version, Go: runtime.Version(), System: runtime.GOOS, Arch: runtime.GOARCH}
}
