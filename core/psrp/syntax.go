package psrp

// readSyntax reads the parameters out of the text of a parameter set, such as
// "[[-Identity] <MailboxIdParameter>] -Password <SecureString> [-Archive] [<CommonParameters>]". A set arrives
// as this text when it lay too deep for the server's serialiser, as in Get-Command | Select-Object.
func readSyntax(text string) (required, optional []string) {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '[':
			depth++
		case ']':
			depth--
		case '<': // the type of a value, which may have brackets and dashes of its own
			for i < len(text) && text[i] != '>' {
				i++
			}
		case '-':
			if i > 0 && text[i-1] != '[' && text[i-1] != ' ' {
				continue
			}
			end := i + 1
			for end < len(text) && isNameByte(text[end]) {
				end++
			}
			name := text[i+1 : end]
			i = end - 1
			if name == "" {
				continue
			}
			// "[-Name] <Type>" is required: the brackets only say that the name may be left out.
			nameOnly := depth == 1 && len(text) > end+2 && text[end:end+3] == "] <"
			if depth == 0 || nameOnly {
				required = append(required, name)
			} else {
				optional = append(optional, name)
			}
		}
	}
	return required, optional
}

func isNameByte(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b == '_'
}
