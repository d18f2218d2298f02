// A Service Extensions plugin: it lets Google's load balancer verify playback tokens before Cloud CDN looks into its cache.
// See docs/how-to/playback-access.md. Build: GOOS=wasip1 GOARCH=wasm go build -buildmode=c-shared -o plugin.wasm .
package main

import (
	"runtime/debug"
	"strconv"
	"time"

	"github.com/proxy-wasm/proxy-wasm-go-sdk/proxywasm"
	"github.com/proxy-wasm/proxy-wasm-go-sdk/proxywasm/types"
)

// The platform ends a plugin at 16 MiB. The collector works harder from here on.
const memoryLimit = 10 << 20

func main() {}

func init() {
	debug.SetMemoryLimit(memoryLimit)
	proxywasm.SetPluginContext(func(uint32) types.PluginContext { return &plugin{} })
}

type plugin struct {
	types.DefaultPluginContext
	rule *rule
}

func (p *plugin) OnPluginStart(int) types.OnPluginStartStatus {
	data, err := proxywasm.GetPluginConfiguration()
	if err != nil {
		proxywasm.LogCriticalf("The plugin's configuration cannot be read: %v. Give it as plugin config data.", err)
		return types.OnPluginStartStatusFailed
	}
	p.rule, err = parseRule(data)
	if err != nil {
		proxywasm.LogCritical(err.Error())
		return types.OnPluginStartStatusFailed
	}
	return types.OnPluginStartStatusOK
}

func (p *plugin) NewHttpContext(uint32) types.HttpContext {
	return &request{rule: p.rule}
}

type request struct {
	types.DefaultHttpContext
	rule *rule
}

func (r *request) OnHttpRequestHeaders(int, bool) types.Action {
	verdict := r.rule.judge(asked{
		method:  headerOr(":method", ""),
		path:    headerOr(":path", ""),
		origin:  header("origin"),
		referer: header("referer"),
		nowS:    time.Now().Unix(),
	})
	if verdict.status != 0 {
		return answer(verdict)
	}
	if err := proxywasm.ReplaceHttpRequestHeader(":path", verdict.path); err != nil {
		proxywasm.LogErrorf("The path of a request could not be replaced: %v", err)
		return answer(refused{status: 500, code: "INTERNAL"}.verdict())
	}
	return types.ActionContinue
}

func answer(v verdict) types.Action {
	headers := append([][2]string{{"cache-control", "no-store"}}, openToAll...)
	body := []byte(nil)
	if v.code == "" {
		headers = append(headers, preflight...)
	} else {
		headers = append(headers, [2]string{"content-type", "application/json"})
		body = []byte(`{"code":` + strconv.Quote(v.code) + `}`)
	}
	if err := proxywasm.SendHttpResponse(uint32(v.status), headers, body, -1); err != nil {
		proxywasm.LogErrorf("A request could not be answered with %d: %v", v.status, err)
	}
	return types.ActionPause
}

// Nil when the client sent none.
func header(name string) *string {
	value, err := proxywasm.GetHttpRequestHeader(name)
	if err != nil {
		return nil
	}
	return &value
}

func headerOr(name, fallback string) string {
	if value := header(name); value != nil {
		return *value
	}
	return fallback
}

// Players on any site may read media; they hold no cookie that could be stolen here.
var openToAll = [][2]string{
	{"access-control-allow-origin", "*"},
	{"cross-origin-resource-policy", "cross-origin"},
	{"x-content-type-options", "nosniff"},
}

var preflight = [][2]string{
	{"access-control-allow-methods", "GET, HEAD, OPTIONS"},
	{"access-control-allow-headers", "Range"},
	{"access-control-max-age", "86400"},
}
