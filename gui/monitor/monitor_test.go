package monitor

import "testing"

func TestDriversWithoutAGraphicsCard(t *testing.T) {
	for driver, want := range map[string]bool{
		"llvmpipe (LLVM 15.0.6, 256 bits)":                  true,
		"Microsoft Basic Render Driver":                     true,
		"GDI Generic":                                       true,
		"Google SwiftShader":                                true,
		"Apple Software Renderer":                           true,
		"NVIDIA GeForce RTX 4060/PCIe/SSE2":                 false,
		"Mesa Intel(R) UHD Graphics 620 (KBL GT2)":          false,
		"AMD Radeon Pro 5500M OpenGL Engine":                false,
		"ANGLE (Intel, Intel(R) Iris(R) Xe Graphics D3D11)": false,
	} {
		if got := drawnByProcessor(driver); got != want {
			t.Errorf("%s: %v", driver, got)
		}
	}
}
