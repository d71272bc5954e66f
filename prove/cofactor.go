package prove

import "sandbox/policy/typed"

// fix returns what f is where a word has a value.
func (d *diagrams) fix(f diagram, in *inputs, word typed.Word, value uint32) diagram {
	return d.rebuild(f, make(map[diagram]diagram), func(variable int32) (diagram, bool) {
		bit := in.order[variable]
		return diagram(value >> bit.bit & 1), bit.word == word
	})
}

// rebuild returns f with some variables fixed: those for which known returns
// never or always, and true.
func (d *diagrams) rebuild(f diagram, memo map[diagram]diagram, known func(variable int32) (diagram, bool)) diagram {
	v := d.vertices[f]
	if v.variable == untested {
		return f
	}
	if g, ok := memo[f]; ok {
		return g
	}
	var g diagram
	switch value, ok := known(v.variable); {
	case !ok:
		low := d.rebuild(v.low, memo, known)
		g = d.vertex(v.variable, low, d.rebuild(v.high, memo, known))
	case value == never:
		g = d.rebuild(v.low, memo, known)
	default:
		g = d.rebuild(v.high, memo, known)
	}
	memo[f] = g
	return g
}

// is tells where f has an outcome.
func (d *diagrams) is(f, outcome diagram) diagram {
	return d.replace(f, make(map[diagram]diagram), untested, func(g diagram) diagram {
		if g == outcome {
			return always
		}
		return never
	})
}

// replace returns f with the functions that stand behind its tests of variables
// before one replaced.
func (d *diagrams) replace(f diagram, memo map[diagram]diagram, before int32, by func(diagram) diagram) diagram {
	v := d.vertices[f]
	if v.variable >= before {
		return by(f)
	}
	if g, ok := memo[f]; ok {
		return g
	}
	low := d.replace(v.low, memo, before, by)
	g := d.vertex(v.variable, low, d.replace(v.high, memo, before, by))
	memo[f] = g
	return g
}
