package preflight

import (
	"testing"

	"tenantry/core/exchange"
)

func TestHowMuchRoomIsTooLittle(t *testing.T) {
	for _, c := range []struct {
		free   uint64
		status Status
		code   exchange.Code
	}{
		{50_000_000_000, Pass, CodeDiskFine},
		{1_000_000_000, Pass, CodeDiskFine},
		{999_999_999, Warn, CodeDiskLow},
		{100_000_000, Warn, CodeDiskLow},
		{99_999_999, Fail, CodeDiskFull},
		{0, Fail, CodeDiskFull},
	} {
		if f := judgeDisk("/home/anna", c.free); f.Status != c.status || f.Code != c.code || f.Args["path"] != "/home/anna" {
			t.Errorf("%d bytes: %s %s %v, want %s %s", c.free, f.Status, f.Code, f.Args, c.status, c.code)
		}
	}
}
