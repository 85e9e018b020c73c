// Package gallery draws every widget of the kit, light and dark and at three scales, so that a change of
// look can be seen before it is believed: set TENANTRY_SHOTS to a folder and run its test.
package gallery
