package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
)

const (
	maxTokenLength = 1024
	maxLifetimeS   = 604800
	clockSkewS     = 60
)

// 1.{keyId}.{purpose}.{videoId}.{from}.{until}.{origins}.{viewerId}.{signature}
type token struct {
	keyID, purpose, videoID string
	fromS, untilS           int64
	origins                 []string
	signed, signature       string
}

// False for what is no token. Decides nothing about the signature.
func parseToken(text string) (token, bool) {
	fields := strings.Split(text, ".")
	if len(text) > maxTokenLength || len(fields) != 9 || fields[0] != "1" {
		return token{}, false
	}
	fromS, isFrom := parseSeconds(fields[4])
	untilS, isUntil := parseSeconds(fields[5])
	isPurpose := fields[2] == "play" || fields[2] == "download" || fields[2] == "status"
	isSound := len(fields[1]) == 12 && isPurpose && isUUID(fields[3]) && isFrom && isUntil &&
		isText(fields[6]) && isText(fields[7]) && len(fields[8]) == 43
	if !isSound {
		return token{}, false
	}
	origins, isList := parseOrigins(fields[6])
	dot := strings.LastIndexByte(text, '.')
	return token{
		keyID: fields[1], purpose: fields[2], videoID: fields[3],
		fromS: fromS, untilS: untilS, origins: origins,
		signed: text[:dot], signature: text[dot+1:],
	}, isList
}

// Compares the texts, in a time that does not depend on how much is right.
func (t token) isSignedWith(secret string) bool {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(t.signed))
	expected := base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
	return hmac.Equal([]byte(expected), []byte(t.signature))
}

// Ten digits.
func parseSeconds(text string) (int64, bool) {
	if len(text) != 10 || text[0] == '0' || text[0] == '+' || text[0] == '-' {
		return 0, false
	}
	seconds, err := strconv.ParseInt(text, 10, 64)
	return seconds, err == nil
}

func parseOrigins(text string) ([]string, bool) {
	if text == "-" {
		return nil, true
	}
	joined, err := base64.RawURLEncoding.DecodeString(text)
	return strings.Split(string(joined), ","), err == nil
}

// Base64url, or "-" for an empty text.
func isText(text string) bool {
	if text == "-" {
		return true
	}
	for _, letter := range []byte(text) {
		if !isLetter(letter) {
			return false
		}
	}
	return len(text) >= 2
}

func isLetter(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_'
}

// As the API spells it: lower case, with dashes.
func isUUID(text string) bool {
	if len(text) != 36 {
		return false
	}
	for place, c := range []byte(text) {
		isDash := place == 8 || place == 13 || place == 18 || place == 23
		if isDash && c != '-' || !isDash && (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}
