package tel

import (
	"strconv"
	"strings"
)

const (
	maximumName = 4096
	truncated   = "\ntruncated\n"
)

// Encode gives the name under which libtel counts a stack, for those who ask a
// StackCounter for its names.
func Encode(name string, frames []Frame) string {
	var text strings.Builder
	text.WriteString(name)
	kept := text.Len()
	previous := ""
	for _, frame := range frames {
		path := frame.Scope
		if path == previous && path != "" {
			path = `"`
		}
		previous = frame.Scope
		text.WriteString("\n" + path + "." + frame.Function + ":" + line(frame) + ",+0x" + strconv.FormatUint(frame.Offset, 16))
		if text.Len() <= maximumName-len(truncated) {
			kept = text.Len()
		}
		if text.Len() > maximumName {
			return text.String()[:kept] + truncated
		}
	}
	return text.String()
}

func line(frame Frame) string {
	number := strconv.FormatInt(frame.Line, 10)
	if frame.Inlined {
		return "=" + number
	}
	if frame.Line < 0 {
		return number
	}
	return "+" + number
}

// Decode puts paths where an encoded name has ditto marks. Other names stay
// as they are.
func Decode(name string) string {
	if !strings.Contains(name, "\n") {
		return name
	}
	lines := strings.Split(name, "\n")
	path := ""
	for i, each := range lines {
		dot := strings.LastIndexByte(each, '.')
		switch {
		case dot <= 0:
		case each[:dot] == `"`:
			lines[i] = path + each[dot+1:]
		default:
			path = each[:dot+1]
		}
	}
	return strings.Join(lines, "\n")
}
