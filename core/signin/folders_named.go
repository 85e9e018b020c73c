//go:build windows || darwin

package signin

const folderName = "Tenantry"
