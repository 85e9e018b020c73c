package commands

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"tenantry/assets"
)

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Example: "  tenantry-cli version",
		Args:    a.takes(0, 0, ""),
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintf(a.Out, "tenantry-cli %s (%s, %s/%s)\n", assets.Version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}
