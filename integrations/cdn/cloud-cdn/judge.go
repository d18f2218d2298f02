package main

import (
	"net/url"
	"slices"
	"strings"
)

// A request as it came in.
type asked struct {
	method string
	// With its query.
	path string
	// Nil when the client sent none.
	origin  *string
	referer *string
	nowS    int64
}

// Either a path to go on with, without token and query, or a status to answer with (204 has no code).
type verdict struct {
	path   string
	status int
	code   string
}

type refused struct {
	status int
	code   string
}

func (r refused) verdict() verdict { return verdict{status: r.status, code: r.code} }

var missing = refused{404, "NOT_FOUND"}.verdict()

func forbidden(code string) verdict { return refused{403, "PLAYBACK_TOKEN_" + code}.verdict() }

// By the rules of check-playback.ts, which decides the same for other CDNs. Pure.
func (r *rule) judge(a asked) verdict {
	if a.method == "OPTIONS" {
		return verdict{status: 204}
	}
	if a.method != "GET" && a.method != "HEAD" {
		return refused{405, "METHOD_NOT_ALLOWED"}.verdict()
	}
	// The bucket must not see a query: it would choose generations, listings or another cached object.
	path, _, _ := strings.Cut(a.path, "?")
	token, key, isSigned := splitToken(path)
	videoID, rest, isOfVideo := splitKey(key)
	if !isOfVideo {
		if isSigned {
			return forbidden("INVALID")
		}
		return missing
	}
	plain, isServed := servedName(rest)
	if isSigned {
		if code := r.judgeToken(token, videoID, plain, a); code != "" {
			return forbidden(code)
		}
	} else if !r.allowsWithoutToken(key) {
		return missing
	}
	if !isServed {
		return missing
	}
	return verdict{path: "/" + key}
}

// The reason against a token, or an empty text.
func (r *rule) judgeToken(text, videoID, name string, a asked) string {
	t, isToken := parseToken(text)
	secret, isKnown := r.secrets[t.keyID]
	if !isToken || !isKnown || !t.isSignedWith(secret) {
		return "INVALID"
	}
	lifeS := t.untilS - t.fromS
	if t.videoID != videoID || lifeS < 1 || lifeS > maxLifetimeS {
		return "INVALID"
	}
	if t.fromS > a.nowS+clockSkewS {
		return "NOT_YET_VALID"
	}
	if t.untilS <= a.nowS {
		return "EXPIRED"
	}
	if !slices.Contains(purposesOf(name), t.purpose) {
		return "PURPOSE"
	}
	origin := originOf(a)
	if len(t.origins) == 0 || origin == nil {
		return ""
	}
	if slices.Contains(t.origins, *origin) || slices.Contains(r.ownOrigins, *origin) {
		return ""
	}
	return "ORIGIN"
}

// "/~{token}/{key}" or "/{key}".
func splitToken(path string) (token, key string, isSigned bool) {
	signed, isSigned := strings.CutPrefix(path, "/~")
	if !isSigned {
		return "", strings.TrimPrefix(path, "/"), false
	}
	token, key, _ = strings.Cut(signed, "/")
	return token, key, true
}

// "videos/{id}/{rest}".
func splitKey(key string) (videoID, rest string, isOfVideo bool) {
	below, isBelow := strings.CutPrefix(key, "videos/")
	videoID, rest, hasRest := strings.Cut(below, "/")
	return videoID, rest, isBelow && hasRest && rest != "" && isUUID(videoID)
}

// What the bucket makes of the rest of a key, and whether it is public at all: originals and the operator's own notes are never served.
// Dot segments, empty ones and slashes in disguise are refused.
func servedName(rest string) (plain string, isServed bool) {
	plain, err := url.PathUnescape(rest)
	if err != nil || strings.Count(plain, "/") != strings.Count(rest, "/") || strings.ContainsAny(plain, "\\\x00") {
		return rest, false
	}
	segments := strings.Split(strings.ToLower(plain), "/")
	for _, segment := range segments {
		if segment == "" || segment == "." || segment == ".." {
			return plain, false
		}
	}
	isSource := segments[0] == "source"
	isManifest := len(segments) == 3 && segments[0] == "attempts" && segments[2] == "manifest.json"
	return plain, !isSource && !isManifest
}

func purposesOf(name string) []string {
	segments := strings.SplitN(strings.ToLower(name), "/", 4)
	if len(segments) == 4 && segments[0] == "attempts" && segments[2] == "download" {
		return []string{"download"}
	}
	if name == "status.json" {
		return []string{"play", "status"}
	}
	return []string{"play"}
}

// `Origin`, else that of `Referer`; nil without either.
func originOf(a asked) *string {
	if a.origin != nil || a.referer == nil {
		return a.origin
	}
	origin := "null"
	page, err := url.Parse(*a.referer)
	if err == nil && page.Host != "" && (page.Scheme == "https" || page.Scheme == "http") {
		host := strings.ToLower(page.Host)
		host = strings.TrimSuffix(host, map[string]string{"https": ":443", "http": ":80"}[page.Scheme])
		origin = page.Scheme + "://" + host
	}
	return &origin
}
