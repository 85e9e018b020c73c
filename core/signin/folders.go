package signin

import (
	"os"
	"path/filepath"

	"github.com/adrg/xdg"

	"tenantry/core/exchange"
)

// HomeVariable is the environment variable that puts everything Tenantry keeps into one folder, for a
// copy on a stick and for tests.
const HomeVariable = "TENANTRY_HOME"

// CodeNoFolder: a folder to keep things in cannot be made. Args: path.
const CodeNoFolder exchange.Code = "store.no-folder"

// Folders are where Tenantry keeps its files. No secret is in any of them.
type Folders struct {
	Config string // what the user set: the saved connections
	Data   string // what was collected: the customers, the journal
}

// FindFolders decides the folders of this user on this system: the two folders "config" and "data" in
// $TENANTRY_HOME when that is set, otherwise "Tenantry" in the places the system has for it
// (~/.config and ~/.local/share on Linux in lower case, ~/Library/Application Support on macOS,
// %LOCALAPPDATA% on Windows). Nothing is made on disk.
func FindFolders() Folders {
	if home := os.Getenv(HomeVariable); home != "" {
		if whole, err := filepath.Abs(home); err == nil {
			home = whole
		}
		return Folders{Config: filepath.Join(home, "config"), Data: filepath.Join(home, "data")}
	}
	return Folders{
		Config: filepath.Join(xdg.ConfigHome, folderName),
		Data:   filepath.Join(xdg.DataHome, folderName),
	}
}

// Make makes the folders that are not there yet, readable by this user alone. Its error is a
// *exchange.Problem.
func (f Folders) Make() error {
	for _, path := range []string{f.Config, f.Data} {
		if err := os.MkdirAll(path, 0o700); err != nil {
			return &exchange.Problem{
				Code: CodeNoFolder, Doing: "make a folder",
				Args: map[string]string{"path": path}, Cause: err,
			}
		}
	}
	return nil
}

// Profiles is the path of the saved connections.
func (f Folders) Profiles() string { return filepath.Join(f.Config, "connections.json") }

// Views is the folder of the saved views.
func (f Folders) Views() string { return filepath.Join(f.Config, "views") }

// Customers is the path of the customer list.
func (f Folders) Customers() string { return filepath.Join(f.Data, "customers.json") }

// Journal is the path of the journal.
func (f Folders) Journal() string { return filepath.Join(f.Data, "journal.db") }
