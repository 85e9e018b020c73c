package assets

// Version is the product's version, the same as in FyneApp.toml; a test holds the two together.
const Version = "0.1.0"
