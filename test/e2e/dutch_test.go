//go:build linux

package e2e

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"tenantry/test/e2e/screen"
)

// The whole window in Dutch, as somebody with a Dutch system meets it: nothing on it is English.
func TestTheWindowInDutch(t *testing.T) {
	d := display(t)
	if out, err := exec.Command("tesseract", "--list-langs").CombinedOutput(); err != nil || !strings.Contains(string(out), "nld") {
		t.Skip("tesseract-ocr-nld is not installed: run packaging/setup.sh test")
	}
	d.Language = "nld"
	english, dutch := sentences(t)
	look := func(name string) {
		t.Helper()
		d.Settle()
		shot := d.Shot("nl-" + name)
		said := read(d.Words())
		for sentence, key := range english {
			if strings.Contains(said, sentence) {
				t.Errorf("%s says %s in English: %q", shot, key, sentence)
			}
		}
		seen := 0
		for sentence := range dutch {
			if strings.Contains(said, sentence) {
				seen++
			}
		}
		if seen == 0 {
			t.Errorf("nothing of %s could be read: %s", shot, said)
		}
	}
	sim := serve(t, "--fault", "small-answers=2", "--fault", "drop-before@receive,6")
	for _, c := range sim.Customers {
		add := exec.Command(cli, "customers", "add", c.Domain, "--name", c.Name)
		add.Env = append(os.Environ(), "TENANTRY_HOME="+filepath.Join(d.Home(), "tenantry"), "HOME="+d.Home())
		if out, err := add.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	p := startWith(t, d, "", nil, "LANG=nl_NL.UTF-8", "LC_ALL=nl_NL.UTF-8", "LANGUAGE=nl")
	d.See("Controleer opnieuw", 60*time.Second) // by itself, because no host of Microsoft is reached from here
	look("first-start")
	d.Key("Escape")
	d.See("Alleen even kijken?", 40*time.Second)
	look("first-screen")

	d.Click("Verbindingsgegevens")
	d.See("Adres", 40*time.Second)
	look("connection-details")
	d.FillField("Account", sim.User, card...)
	d.FillField("Wachtwoord", "niet het wachtwoord", 250, 240, 140, 560)
	d.FillField("Adres", sim.Classic, card...)
	d.Key("Return")
	d.See("Zoek uit waarom", 60*time.Second)
	look("sign-in-failure")
	d.Click("Zoek uit waarom")
	d.See("Waarschijnlijke oorzaken", 40*time.Second)
	look("troubleshooting")
	d.Click("helpdesk")
	d.See("Terug", 60*time.Second)
	d.See("report.txt", 60*time.Second)
	d.Shot("nl-support-bundle") // half of it is for programs, which speak English
	d.Key("Escape", "Escape")

	d.Click("in de weg")
	d.See("Kopieer verslag", 60*time.Second)
	look("preflight")
	d.Click("127.0.0.1,", panel...)
	d.See("Stap voor stap", 40*time.Second)
	look("preflight-fold")
	d.Click("andere computer")
	d.See("Eén per regel", 40*time.Second)
	look("another-form")
	pc, _ := desk(t, "Restricted", "")
	d.Type(pc.Address() + " pc03.fabrikam.example")
	d.Key("Tab")
	d.Type(`FABRIKAM\anna`)
	d.Key("Tab")
	d.Type("p-ss of an administrator")
	d.Key("Return")
	d.See("komen iets tekort", 90*time.Second)
	look("another-table")
	d.Click(pc.Address(), 0, 100, 300, 300)
	d.See("Kopieer verslag", 40*time.Second)
	d.Click("Blokkeert", 0, 320, 400, 460)
	d.See("voor iedereen hier", 40*time.Second)
	look("another-findings")
	d.Click("voor iedereen hier")
	d.See("Registersleutel", 40*time.Second)
	look("another-repair")
	d.Key("Escape", "Escape", "Escape")

	d.FillField("Wachtwoord", sim.Password, 250, 240, 140, 560)
	d.Key("Return")
	d.See("Sessies 1 van 3", 60*time.Second)
	look("customers")
	d.Click("Postvakken")
	d.See("Get-Mailbox", 40*time.Second)
	look("form")
	d.Key("ctrl+Return")
	d.See("Zoek uit waarom", 60*time.Second)
	look("results-broken")
	d.Key("F1")
	d.See("Waarschijnlijke oorzaken", 40*time.Second)
	look("results-troubleshooting")
	d.Key("Escape")
	d.Key("F5")
	d.See("20 rijen", 60*time.Second)
	look("results")
	d.Click("Sessies 1 van 3")
	d.See("dit venster", 40*time.Second)
	look("sessions")
	d.Key("Escape")
	leave(t, d, p)
}

// sentences are the texts of the window in each language, with their keys: those of several words, because a
// single one can be a word in both. What says the same in both is left out of the English ones.
func sentences(t *testing.T) (english, dutch map[string]string) {
	t.Helper()
	english, dutch = map[string]string{}, map[string]string{}
	said := "" // all of it in Dutch
	for _, lang := range []string{"nl", "en"} {
		files, err := filepath.Glob(filepath.Join("..", "..", "assets", "translations", lang, "*.json"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no texts: %v", err)
		}
		for _, file := range files {
			if strings.HasPrefix(filepath.Base(file), "cli") {
				continue
			}
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var all map[string]any
			if err := json.Unmarshal(data, &all); err != nil {
				t.Fatal(err)
			}
			for key, value := range all {
				for _, part := range parts(value) {
					if lang == "nl" {
						said += part + "\n"
					}
					switch {
					case len(strings.Fields(part)) < 3:
					case lang == "nl":
						dutch[part] = key
					case !strings.Contains(said, part):
						english[part] = key
					}
				}
			}
		}
	}
	if len(english) < 500 || len(dutch) < 500 {
		t.Fatalf("only %d English and %d Dutch sentences were found", len(english), len(dutch))
	}
	return english, dutch
}

var gap = regexp.MustCompile(`\{[^}]*\}|[\[\]]|[.:;?…]`)

// parts are the pieces of a text between its placeholders, as text recognition reads them.
func parts(value any) []string {
	switch v := value.(type) {
	case string:
		var out []string
		for _, part := range gap.Split(v, -1) {
			out = append(out, plain(part))
		}
		return out
	case map[string]any:
		var out []string
		for _, part := range v {
			out = append(out, parts(part)...)
		}
		return out
	}
	return nil
}

func plain(s string) string { return strings.Join(strings.Fields(strings.ToLower(s)), " ") }

// read is what text recognition saw, in one line.
func read(words []screen.Word) string {
	var all []string
	for _, w := range words {
		all = append(all, w.Text)
	}
	return plain(gap.ReplaceAllString(strings.Join(all, " "), " "))
}
