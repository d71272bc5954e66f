package arch

import "strconv"

// A Version is a kernel release, major<<8 | minor, so that versions compare as
// integers. The releases 2.6.13 to 2.6.39 are 2<<8 | 13 to 2<<8 | 39. The zero
// value stands for 2.6.12, with which the kernel's history in git starts, and
// everything before.
type Version uint16

// first26 is the last release that the zero Version stands for.
const first26 = 2<<8 | 12

// Latest returns the newest release of which the tables know a system call.
func Latest() Version { return latest }

// ParseVersion reads a release: "6.1", "5.10", "6" (6.0), "2.6.32". Anything
// else, such as "6.1.2" or "6.1-rc3", is none.
func ParseVersion(s string) (Version, bool) {
	major, rest, ok := decimal(s)
	if !ok {
		return 0, false
	}
	var minor uint8
	if rest != "" {
		if minor, rest, ok = dotted(rest); !ok {
			return 0, false
		}
	}
	if major == 2 && minor == 6 && rest != "" {
		if minor, rest, ok = dotted(rest); !ok || minor > 39 {
			return 0, false
		}
	} else if major < 3 {
		return 0, false
	}
	if rest != "" {
		return 0, false
	}
	if v := Version(major)<<8 | Version(minor); v > first26 {
		return v, true
	}
	return 0, true
}

// dotted reads a dot and a number.
func dotted(s string) (n uint8, rest string, ok bool) {
	if s == "" || s[0] != '.' {
		return 0, s, false
	}
	return decimal(s[1:])
}

// decimal reads a number up to 255 without leading zeros.
func decimal(s string) (n uint8, rest string, ok bool) {
	i, v := 0, 0
	for i < len(s) && '0' <= s[i] && s[i] <= '9' {
		v = v*10 + int(s[i]-'0')
		i++
		if v > 255 || i > 1 && s[0] == '0' {
			return 0, s, false
		}
	}
	return uint8(v), s[i:], i > 0
}

// String returns the release as it is written: "6.1", "2.6.32".
func (v Version) String() string {
	switch {
	case v <= first26:
		return "2.6.12 or earlier"
	case v>>8 == 2:
		return "2.6." + strconv.Itoa(int(v&0xff))
	}
	return strconv.Itoa(int(v>>8)) + "." + strconv.Itoa(int(v&0xff))
}
