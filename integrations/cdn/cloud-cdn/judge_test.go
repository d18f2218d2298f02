package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/proxy-wasm/proxy-wasm-go-sdk/proxywasm/proxytest"
	"github.com/proxy-wasm/proxy-wasm-go-sdk/proxywasm/types"
)

// What our TypeScript signs and decides (tests/cdn/cloud-cdn-vectors.test.ts writes it): the same requests get the same answers here.
type vectors struct {
	NowS   int64           `json:"nowS"`
	Config json.RawMessage `json:"config"`
	Cases  []struct {
		Name    string            `json:"name"`
		Method  string            `json:"method"`
		Path    string            `json:"path"`
		Headers map[string]string `json:"headers"`
		Answer  string            `json:"answer"`
	} `json:"cases"`
}

func readVectors(t *testing.T) vectors {
	t.Helper()
	data, err := os.ReadFile("fixtures/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var all vectors
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	if len(all.Cases) < 50 {
		t.Fatalf("there are %d cases", len(all.Cases))
	}
	return all
}

func TestEveryRequestIsAnsweredAsTheRuleOfOtherCDNsDoes(t *testing.T) {
	all := readVectors(t)
	rule, err := parseRule(all.Config)
	if err != nil {
		t.Fatal(err)
	}
	for _, each := range all.Cases {
		t.Run(each.Name, func(t *testing.T) {
			a := asked{method: each.Method, path: each.Path, nowS: all.NowS}
			if origin, ok := each.Headers["origin"]; ok {
				a.origin = &origin
			}
			if referer, ok := each.Headers["referer"]; ok {
				a.referer = &referer
			}
			v := rule.judge(a)
			if got := v.path + textOf(v.status, v.code); got != each.Answer {
				t.Errorf("%s %s: got %q, want %q", each.Method, each.Path, got, each.Answer)
			}
		})
	}
}

func textOf(status int, code string) string {
	switch {
	case status == 0:
		return ""
	case code == "":
		return strconv.Itoa(status)
	default:
		return strconv.Itoa(status) + " " + code
	}
}

func TestAConfigurationThatOpensTooMuchIsRefused(t *testing.T) {
	for name, text := range map[string]string{
		"no JSON":              `keys`,
		"an unknown field":     `{"keys":{"a":{"secret":"rpk_a"}},"unsigned":"refuse","exception":[]}`,
		"no keys":              `{"unsigned":"refuse"}`,
		"no policy":            `{"keys":{"a":{"secret":"rpk_a"}}}`,
		"an empty secret":      `{"keys":{"a":{"secret":""}},"unsigned":"refuse"}`,
		"keys of two owners":   `{"keys":{"a":{"secret":"rpk_a","workspaceId":"1"},"b":{"secret":"rpk_b","workspaceId":"2"}},"unsigned":"refuse"}`,
		"an exception for all": `{"keys":{"a":{"secret":"rpk_a"}},"unsigned":"refuse","exceptions":[""]}`,
	} {
		if rule, err := parseRule([]byte(text)); err == nil {
			t.Errorf("%s: is taken as %+v", name, rule)
		}
	}
}

// The compiled plugin in the SDK's emulator of a Proxy-Wasm host, whose clock begins at the vectors' nowS.
func TestTheCompiledPluginAnswersTheSame(t *testing.T) {
	all := readVectors(t)
	vm, err := proxytest.NewWasmVMContext(build(t))
	if err != nil {
		t.Fatal(err)
	}
	defer vm.Close()
	host, reset := proxytest.NewHostEmulator(
		proxytest.NewEmulatorOption().WithVMContext(vm).WithPluginConfiguration(all.Config))
	defer reset()
	if status := host.StartPlugin(); status != types.OnPluginStartStatusOK {
		t.Fatalf("the plugin does not start: %v", host.GetCriticalLogs())
	}
	for _, each := range all.Cases {
		headers := [][2]string{{":method", each.Method}, {":path", each.Path}}
		for name, value := range each.Headers {
			headers = append(headers, [2]string{name, value})
		}
		id := host.InitializeHttpContext()
		action := host.CallOnRequestHeaders(id, headers, true)
		got := pathOf(host.GetCurrentRequestHeaders(id))
		if sent := host.GetSentLocalResponse(id); sent != nil {
			got = textOf(int(sent.StatusCode), codeOf(t, sent.Data))
			if action != types.ActionPause {
				t.Errorf("%s: goes on all the same", each.Name)
			}
			if !hasHeader(sent.Headers, "cache-control", "no-store") {
				t.Errorf("%s: may be cached: %v", each.Name, sent.Headers)
			}
		}
		host.CompleteHttpContext(id)
		if got != each.Answer {
			t.Errorf("%s: got %q, want %q", each.Name, got, each.Answer)
		}
	}
}

func TestThePluginDoesNotStartWithoutARule(t *testing.T) {
	host, reset := proxytest.NewHostEmulator(proxytest.NewEmulatorOption().
		WithPluginContext(func(uint32) types.PluginContext { return &plugin{} }).
		WithPluginConfiguration([]byte(`{"unsigned":"maybe"}`)))
	defer reset()
	if status := host.StartPlugin(); status != types.OnPluginStartStatusFailed || len(host.GetCriticalLogs()) != 1 {
		t.Errorf("it starts, saying %v", host.GetCriticalLogs())
	}
}

func build(t *testing.T) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "plugin.wasm")
	command := exec.Command("go", "build", "-buildmode=c-shared", "-o", path, ".")
	command.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm")
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	wasm, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return wasm
}

func pathOf(headers [][2]string) string {
	for _, header := range headers {
		if header[0] == ":path" {
			return header[1]
		}
	}
	return ""
}

func codeOf(t *testing.T, body []byte) string {
	t.Helper()
	if len(body) == 0 {
		return ""
	}
	var answer struct {
		Code string `json:"code"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	return answer.Code
}

func hasHeader(headers [][2]string, name, value string) bool {
	for _, header := range headers {
		if header[0] == name && header[1] == value {
			return true
		}
	}
	return false
}
