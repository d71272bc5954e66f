package decode

import (
	"strconv"

	"sandbox/arch"
)

// Ioctl says what the number of an ioctl command tells of itself, as the macros
// do that made it: "_IOWR(0x58, 0x77, 4)" is a command that takes and returns 4
// bytes. The commands of older drivers are numbers without parts, for which it
// fails. It is for people: the filter language has no such functions.
func Ioctl(abi arch.ABI, command uint32) (text string, ok bool) {
	// asm-generic/ioctl.h; asm/ioctl.h of powerpc and mips takes a bit of the
	// size for the direction.
	directions, size := [...]string{"_IO", "_IOW", "_IOR", "_IOWR"}, command>>16&0x3fff
	direction := command >> 30
	if abi == arch.PPC64LE || abi == arch.MIPS64EL {
		size = command >> 16 & 0x1fff
		switch command >> 29 {
		case 1:
			direction = 0
		case 2:
			direction = 2
		case 4:
			direction = 1
		case 6:
			direction = 3
		default:
			return "", false
		}
	}
	if direction == 0 || size == 0 {
		return "", false
	}
	number := func(n uint32) string { return "0x" + strconv.FormatUint(uint64(n), 16) }
	return directions[direction] + "(" + number(command>>8&0xff) + ", " + number(command&0xff) + ", " +
		strconv.FormatUint(uint64(size), 10) + ")", true
}
