package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// The operator's configuration. The plugin cannot make requests, so it knows nothing else about a video.
type rule struct {
	// Secrets by key id.
	secrets map[string]string
	// Origins of the API's own pages, whatever a token names: /embed plays there.
	ownOrigins []string
	// Whether a path without a token is let through, unless exceptions name it.
	allowsUnsigned bool
	// Prefixes of object keys for which the opposite holds.
	exceptions []string
}

type config struct {
	// As those of the other CDNs (KEYS of integrations/cdn/cloudflare-worker.ts).
	Keys map[string]struct {
		Secret      string `json:"secret"`
		WorkspaceID string `json:"workspaceId"`
	} `json:"keys"`
	OwnOrigins []string `json:"ownOrigins"`
	Unsigned   string   `json:"unsigned"`
	Exceptions []string `json:"exceptions"`
}

func parseRule(data []byte) (*rule, error) {
	var c config
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&c); err != nil {
		return nil, fmt.Errorf(`The plugin's configuration is no JSON object of "keys", "ownOrigins", "unsigned" and "exceptions": %w`, err)
	}
	if c.Unsigned != "allow" && c.Unsigned != "refuse" {
		return nil, fmt.Errorf(`unsigned: is %q; give "allow" or "refuse".`, c.Unsigned)
	}
	if len(c.Keys) == 0 {
		return nil, fmt.Errorf("keys: is empty; give at least one signing key, by its id.")
	}
	secrets := map[string]string{}
	workspaces := map[string]bool{}
	for id, key := range c.Keys {
		if !strings.HasPrefix(key.Secret, "rpk_") {
			return nil, fmt.Errorf("keys: the secret of %q does not begin with rpk_; give it as rotateSigningKey returned it.", id)
		}
		secrets[id] = key.Secret
		workspaces[key.WorkspaceID] = true
	}
	// It cannot know whose a video is: each workspace could sign for the videos of the others.
	if len(workspaces) > 1 {
		return nil, fmt.Errorf("keys: belong to %d workspaces; give those of one, and each workspace a bucket of its own.", len(workspaces))
	}
	for _, prefix := range c.Exceptions {
		if !strings.HasPrefix(prefix, "videos/") {
			return nil, fmt.Errorf(`exceptions: %q is no prefix of an object's key; write "videos/{id}/".`, prefix)
		}
	}
	return &rule{secrets, c.OwnOrigins, c.Unsigned == "allow", c.Exceptions}, nil
}

func (r *rule) allowsWithoutToken(key string) bool {
	for _, prefix := range r.exceptions {
		if strings.HasPrefix(key, prefix) {
			return !r.allowsUnsigned
		}
	}
	return r.allowsUnsigned
}
