package preflight

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"strconv"

	"tenantry/core/exchange"
	"tenantry/core/secret"
	"tenantry/core/signin"
)

// The codes of the places where Tenantry keeps things. What the secret store says of itself has the codes of
// core/signin, and so has a folder that cannot be made.
const (
	CodeOnlyHere       exchange.Code = "preflight.only-here"        // not applicable: of the computer this program runs on. Args: none
	CodeStoreFine      exchange.Code = "preflight.store-fine"       // Args: none
	CodeStoreSilent    exchange.Code = "preflight.store-silent"     // no answer in time: it may wait for a person. Args: seconds
	CodeStoreForgets   exchange.Code = "preflight.store-forgets"    // it gives back something else than it was given. Args: none
	CodeFolderFine     exchange.Code = "preflight.folder-fine"      // Args: path
	CodeFolderReadOnly exchange.Code = "preflight.folder-read-only" // Args: path
	CodeDiskFine       exchange.Code = "preflight.disk-fine"        // Args: path, free (bytes)
	CodeDiskLow        exchange.Code = "preflight.disk-low"         // Args: path, free (bytes)
	CodeDiskFull       exchange.Code = "preflight.disk-full"        // Args: path, free (bytes)
	CodeUpdateNone     exchange.Code = "preflight.update-none"      // this is the newest. Args: none
	CodeUpdateThere    exchange.Code = "preflight.update-there"     // Args: version, page
	CodeUpdateUnknown  exchange.Code = "preflight.update-unknown"   // nobody could say. Args: none
)

// How much room on the disk is too little: an answer of a large customer no longer fits, and nothing does.
const (
	diskLow  = 1_000_000_000
	diskFull = 100_000_000
)

func placeChecks(s Subject) []Check {
	list := []Check{
		{ID: CheckStore, Run: func(ctx context.Context) Finding { return checkStore(ctx, s.Vault) }},
		{ID: CheckFolder, Run: func(context.Context) Finding { return checkFolders(s.Folders) }},
		{ID: CheckDisk, Run: func(context.Context) Finding { return checkDisk(s.Folders) }},
		{ID: CheckScreen, Run: func(ctx context.Context) Finding { return checkScreen(ctx, s.Screen) }},
	}
	if s.Updates != nil {
		list = append(list, Check{ID: CheckUpdate, Run: func(ctx context.Context) Finding { return checkUpdate(ctx, s.Updates) }})
	}
	return list
}

// checkStore saves a secret that means nothing, reads it back and removes it. A store may keep all that waiting
// for a person who unlocks it; the secret is removed then too, once it answers.
func checkStore(ctx context.Context, vault signin.Vault) Finding {
	if vault == nil {
		return Finding{Status: NotApplicable, Code: CodeOnlyHere}
	}
	came := make(chan Finding, 1)
	go func() { came <- tryStore(vault) }()
	select {
	case f := <-came:
		return f
	case <-ctx.Done():
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		return Finding{}
	}
	return Finding{Status: Warn, Code: CodeStoreSilent, Args: args("seconds", seconds(DefaultLimit))}
}

func tryStore(vault signin.Vault) Finding {
	key, kept := "check:"+rand.Text(), rand.Text()
	if err := vault.Save(key, secret.New(kept)); err != nil {
		return troubled(Warn, err)
	}
	got, found, err := vault.Load(key)
	deleted := vault.Delete(key)
	if err = errors.Join(err, deleted); err != nil {
		return troubled(Warn, err)
	}
	_, still, err := vault.Load(key)
	switch {
	case err != nil:
		return troubled(Warn, err)
	case !found || still || got.Reveal() != kept:
		return Finding{Status: Warn, Code: CodeStoreForgets}
	}
	return Finding{Status: Pass, Code: CodeStoreFine}
}

// troubled is the finding of a part of Tenantry that has words of its own for what went wrong.
func troubled(status Status, err error) Finding {
	p := exchange.AsProblem(err)
	return Finding{Status: status, Code: p.Code, Args: p.Args, Cause: err, Facts: causes(err)}
}

// checkFolders writes a file in each folder, reads it back and removes it.
func checkFolders(folders *signin.Folders) Finding {
	if folders == nil {
		return Finding{Status: NotApplicable, Code: CodeOnlyHere}
	}
	if err := folders.Make(); err != nil {
		return troubled(Fail, err)
	}
	f := Finding{Status: Pass, Code: CodeFolderFine, Args: args("path", folders.Data)}
	for _, place := range []Fact{{"Settings", folders.Config}, {"Data", folders.Data}} {
		if err := tryFolder(place.Text); err != nil {
			return Finding{Status: Fail, Code: CodeFolderReadOnly, Args: args("path", place.Text), Cause: err, Facts: causes(err)}
		}
		f.Facts = append(f.Facts, place)
	}
	return f
}

func tryFolder(path string) (err error) {
	file, err := os.CreateTemp(path, ".check-*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(file.Name())) }()
	text := []byte("Tenantry looks whether it can write here.\n")
	_, err = file.Write(text)
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	read, err := os.ReadFile(file.Name())
	if err == nil && !bytes.Equal(read, text) {
		err = errors.New("another text is read than was written")
	}
	return err
}

func checkDisk(folders *signin.Folders) Finding {
	if folders == nil {
		return Finding{Status: NotApplicable, Code: CodeOnlyHere}
	}
	path := folders.Data
	for { // the folder itself need not be there yet
		if _, err := os.Stat(path); err == nil || filepath.Dir(path) == path {
			break
		}
		path = filepath.Dir(path)
	}
	free, err := freeSpace(path)
	if err != nil {
		return unread(path, err)
	}
	return judgeDisk(path, free)
}

func judgeDisk(path string, free uint64) Finding {
	f := Finding{Status: Pass, Code: CodeDiskFine, Args: args("path", path, "free", strconv.FormatUint(free, 10))}
	switch {
	case free < diskFull:
		f.Status, f.Code = Fail, CodeDiskFull
	case free < diskLow:
		f.Status, f.Code = Warn, CodeDiskLow
	}
	return f
}

func checkUpdate(ctx context.Context, updates func(context.Context) (version, page string, err error)) Finding {
	version, page, err := updates(ctx)
	switch {
	case ctx.Err() != nil && err != nil:
		return Finding{}
	case exchange.CodeOf(err) != "": // who looked knows more than that it did not work
		return findingOf(exchange.AsProblem(err), Warn)
	case err != nil:
		return Finding{Status: Warn, Code: CodeUpdateUnknown, Cause: err, Facts: causes(err)}
	case version == "":
		return Finding{Status: Pass, Code: CodeUpdateNone}
	}
	f := Finding{Status: Warn, Code: CodeUpdateThere, Args: args("version", version, "page", page)}
	if page != "" {
		f.Fixes = []Fix{{FixPage, args("page", page)}}
	}
	return f
}
