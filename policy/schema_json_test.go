package policy

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"sandbox/arch"
	"sandbox/policies"
)

// A jsonSchema is as much of a JSON Schema as the tests look at.
type jsonSchema struct {
	Description string
	Enum        []any
	Properties  map[string]jsonSchema
	Additional  any `json:"additionalProperties"`
	Definitions map[string]jsonSchema
}

func readSchema(t *testing.T) jsonSchema {
	t.Helper()
	var schema jsonSchema
	if err := json.Unmarshal([]byte(policies.Schema()), &schema); err != nil {
		t.Fatal(err)
	}
	return schema
}

// TestSchemaKeys holds the keys of the shipped schema to those of the reader.
// If a key is new: describe it in policies/policy.schema.json.
func TestSchemaKeys(t *testing.T) {
	schema := readSchema(t)
	for _, table := range []struct {
		name   string
		schema jsonSchema
		keys   []string
	}{
		{"file", schema, fileKeys},
		{"rule", schema.Definitions["rule"], ruleKeys},
		{"test", schema.Definitions["test"], testKeys},
	} {
		want := slices.Sorted(slices.Values(table.keys))
		if diff := cmp.Diff(want, slices.Sorted(maps.Keys(table.schema.Properties))); diff != "" {
			t.Errorf("%s: keys of the reader -, of the schema +:\n%s", table.name, diff)
		}
		if table.schema.Additional != false {
			t.Errorf("%s: the schema allows other keys", table.name)
		}
		for key, property := range table.schema.Properties {
			if property.Description == "" {
				t.Errorf("%s: %s has no description", table.name, key)
			}
		}
	}
	var abis []any
	for _, abi := range arch.ABIs() {
		abis = append(abis, abi.String())
	}
	if diff := cmp.Diff(abis, schema.Definitions["abiName"].Enum); diff != "" {
		t.Errorf("ABIs of the tables -, of the schema +:\n%s", diff)
	}
}

func compileSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(policies.Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("policy.schema.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("policy.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// follows returns what the schema says about a policy.
func follows(t *testing.T, schema *jsonschema.Schema, text string) error {
	t.Helper()
	decoded := map[string]any{}
	if _, err := toml.Decode(text, &decoded); err != nil {
		t.Fatalf("%v in:\n%s", err, text)
	}
	return schema.Validate(plain(decoded))
}

// plain returns a decoded value in the types that JSON has.
func plain(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key := range v {
			v[key] = plain(v[key])
		}
		return v
	case []map[string]any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = plain(v[i])
		}
		return list
	case []any:
		for i := range v {
			v[i] = plain(v[i])
		}
		return v
	}
	return v
}

// TestSchemaAccepts validates every policy that the loader takes.
func TestSchemaAccepts(t *testing.T) {
	schema := compileSchema(t)
	texts := map[string]string{}
	for _, name := range policies.Names() {
		texts[name], _ = policies.Text(name)
	}
	docker, err := os.ReadFile("testdata/docker.toml")
	if err != nil {
		t.Fatal(err)
	}
	texts["docker"] = string(docker)
	archives, err := filepath.Glob("testdata/policies/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range archives {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range archive.Files {
			// A file that only another one extends need not have a default.
			if strings.HasSuffix(f.Name, "/p.toml") {
				texts[f.Name] = string(f.Data)
			}
		}
	}
	if len(texts) < 20 {
		t.Errorf("there are only %d policies", len(texts))
	}
	for name, text := range texts {
		if err := follows(t, schema, text); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestSchemaAcceptsForms puts other forms of values into a good policy.
func TestSchemaAcceptsForms(t *testing.T) {
	const good = "version = 1\ndefault = 'deny'\nkernel = '6.1'\n[[rule]]\naction = 'allow'\nfilters = ['read']\n[[test]]\ncall = 'read(0)'\nwant = 'allow'\n"
	schema := compileSchema(t)
	for _, test := range []struct{ old, other string }{
		{"'deny'", "' errno ( E2BIG ) '"},
		{"'deny'", "'errno(1)'"},
		{"'deny'", "'errno(4095)'"},
		{"'deny'", "'errno(0xFFF)'"},
		{"'deny'", "'errno(0x00fff)'"},
		{"'deny'", "'errno(07777)'"},
		{"'deny'", "'errno(0o17)'"},
		{"'deny'", "'errno(0b111111111111)'"},
		{"'deny'", "'trap(0)'"},
		{"'deny'", "'trap(65535)'"},
		{"'deny'", "'trap(59999)'"},
		{"'deny'", "'trace(0xffff)'"},
		{"'deny'", "'trace(0177777)'"},
		{"'deny'", "'trace(0b1)'"},
		{"'deny'", "'allow'"},
		{"'6.1'", "'3.5'"},
		{"'6.1'", "'3.19'"},
		{"'6.1'", "'4.0'"},
		{"'6.1'", "'6'"},
		{"'6.1'", "'10.20'"},
		{"read(0)", "  read ( 0, 1 << 3 )"},
		{"read(0)", "#0()"},
		{"read(0)", "#0x0(1)"},
		{"read(0)", "#-1()"},
	} {
		text := strings.Replace(good, test.old, test.other, 1)
		if text == good {
			t.Fatalf("%q is not in the policy", test.old)
		}
		request := Request{
			Policies: []string{"p.toml"}, Native: arch.X86_64,
			ReadFile: func(string) (string, error) { return text, nil },
		}
		loaded, list := Load(request)
		if loaded != nil {
			_, list = loaded.Layers[0].Tests()
		}
		if list.Failed() {
			t.Errorf("the reader refuses %q for %q: %v", test.other, test.old, list)
		}
		if err := follows(t, schema, text); err != nil {
			t.Errorf("the schema refuses %q for %q: %v", test.other, test.old, err)
		}
	}
}

// TestSchemaRejects adds mistakes to a good policy.
func TestSchemaRejects(t *testing.T) {
	const good = "version = 1\ndefault = 'deny'\nabi = ['x86_64']\nkernel = '6.1'\n" +
		"[const]\nA = 1\n[set]\nS = ['A']\n[func]\n'f(x, y)' = 'x == y'\n[[rule]]\naction = 'allow'\nfilters = ['read']\n" +
		"[[test]]\ncall = 'read(0)'\nwant = 'allow'\n"
	schema := compileSchema(t)
	if err := follows(t, schema, good); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ old, wrong string }{
		{"version = 1\n", ""},
		{"version = 1", "version = 2"},
		{"version = 1", "version = '1'"},
		{"default = 'deny'\n", ""},
		{"default", "defualt"},
		{"'deny'", "'denied'"},
		{"'deny'", "'errno'"},
		{"'deny'", "'errno()'"},
		{"'deny'", "'deny(1)'"},
		{"'deny'", "1"},
		{"'deny'", "'errno(0)'"},
		{"'deny'", "'errno(00)'"},
		{"'deny'", "'errno(4096)'"},
		{"'deny'", "'errno(5000)'"},
		{"'deny'", "'errno(0x1000)'"},
		{"'deny'", "'errno(010000)'"},
		{"'deny'", "'errno(-1)'"},
		{"'deny'", "'errno((5))'"},
		{"'deny'", "'errno(EPERM + 1)'"},
		{"'deny'", "'errno(eperm)'"},
		{"'deny'", "'errno(A)'"},
		{"'deny'", "'trap(65536)'"},
		{"'deny'", "'trap(70000)'"},
		{"'deny'", "'trace(0x10000)'"},
		{"'deny'", "'trace(0200000)'"},
		{"'deny'", "'trap(EPERM)'"},
		{"kernel = '6.1'", "kernel = '3.4'"},
		{"kernel = '6.1'", "kernel = '2.6.32'"},
		{"kernel = '6.1'", "kernel = '3'"},
		{"kernel = '6.1'", "kernel = '06.1'"},
		{"kernel = '6.1'", "kernel = '6.01'"},
		{"kernel = '6.1'", "kernel = 6.1"},
		{"kernel = '6.1'", "kernel = '6.1.3'"},
		{"['x86_64']", "'x86_64'"},
		{"['x86_64']", "[]"},
		{"['x86_64']", "['x86-64']"},
		{"['x86_64']", "['x86_64', 'x86_64']"},
		{"version", "extends = 'baseline'\nversion"},
		{"version", "extends = []\nversion"},
		{"version", "extends = [1]\nversion"},
		{"kernel = '6.1'", "accept = 'W0201'"},
		{"kernel = '6.1'", "accept = []"},
		{"kernel = '6.1'", "accept = ['E0201']"},
		{"kernel = '6.1'", "accept = ['w0201']"},
		{"kernel = '6.1'", "accept = ['W0201', 'W0201']"},
		{"filters = ['read']", "filters = ['read']\naccept = ['W201']"},
		{"filters = ['read']", "filters = ['read']\naccept = [201]"},
		{"want = 'allow'", "want = 'allow'\naccept = ['W0201']"},
		{"A = 1", "A = true"},
		{"A = 1", "A = 1.5"},
		{"A = 1", "A = ['x']"},
		{"A = 1", "'A B' = 1"},
		{"S = ['A']", "S = 'A'"},
		{"S = ['A']", "S = []"},
		{"S = ['A']", "S = [true]"},
		{"'f(x, y)'", "f"},
		{"'f(x, y)'", "'f(int x)'"},
		{"'f(x, y)'", "'9()'"},
		{"'x == y'", "1"},
		{"'x == y'", "''"},
		{"[[rule]]", "[rule]"},
		{"[[rule]]", "[[rules]]"},
		{"action = 'allow'\n", ""},
		{"action = 'allow'", "action = 'alow'"},
		{"action = 'allow'", "actoin = 'allow'"},
		{"filters = ['read']", ""},
		{"filters = ['read']", "filters = []"},
		{"filters = ['read']", "filters = ['']"},
		{"filters = ['read']", "filters = 'read'"},
		{"filters = ['read']", "filters = ['read']\nname = 1"},
		{"filters = ['read']", "filters = ['read']\nreason = ['x']"},
		{"[[test]]", "[test]"},
		{"call = 'read(0)'", ""},
		{"call = 'read(0)'", "call = ''"},
		{"call = 'read(0)'", "call = 'read'"},
		{"call = 'read(0)'", "call = 'read(0'"},
		{"call = 'read(0)'", "call = 'read: fd == 0'"},
		{"call = 'read(0)'", "call = '257(0)'"},
		{"default = 'deny'\nabi = ['x86_64']\nkernel = '6.1'\n[const]\nA = 1\n[set]\nS = ['A']\n[func]\n'f(x, y)' = 'x == y'\n[[rule]]\naction = 'allow'\nfilters = ['read']\n", "default = 'allow'\n"},
		{"want = 'allow'", ""},
		{"want = 'allow'", "want = 'alow'"},
		{"want = 'allow'", "want = 'allow'\nrule = ''"},
		{"want = 'allow'", "want = 'allow'\nabi = 'x86-64'"},
		{"want = 'allow'", "want = 'allow'\nabi = []"},
		{"want = 'allow'", "want = 'allow'\nfilters = ['read']"},
		{"filters = ['read']", "filters = ['read']\nabi = ['x32']"},
		{"filters = ['read']", "filters = ['read']\nprio = 1"},
	} {
		text := strings.Replace(good, test.old, test.wrong, 1)
		if text == good {
			t.Fatalf("%q is not in the policy", test.old)
		}
		if follows(t, schema, text) == nil {
			t.Errorf("the schema takes %q for %q", test.wrong, test.old)
		}
		// The schema must not be stricter than the reader.
		request := Request{
			Policies: []string{"p.toml"}, Native: arch.X86_64,
			ReadFile: func(string) (string, error) { return text, nil },
		}
		loaded, list := Load(request)
		if loaded != nil {
			_, list = loaded.Layers[0].Tests()
		}
		if !list.Failed() {
			t.Errorf("the reader takes %q for %q", test.wrong, test.old)
		}
	}
}
