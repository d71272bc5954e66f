package diag

// Warnings returns the codes that a policy can accept, in order.
func Warnings() []Code {
	return []Code{
		SelectedTwice, NothingTakenOut, X32Number, UnusedName, DuplicateMember, IgnoredRegister,
		FlagsAsWhole, UpperBits, PointlessCast, PointerAsNumber, SecondWay, DecimalMode,
		Unreachable, EqualsDefault, ConstantTruth, EquivalentOpen, Clone3Open, NarrowABI, ExecRefused, EndingRefused, TakeoverOpen,
		OnlyAllows, ExtendedTwice, IdleRule, UnusedAccept,
	}
}
