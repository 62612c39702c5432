package rules

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// Bounds of Flatten: what an app sends with a call is its own business, but
// rules look at so much of it at most.
const (
	maxMembers = 500
	maxDepth   = 5
)

// Flatten makes one level of an app's metadata: {"customer":{"tier":"gold",
// "vip":true}} is customer.tier gold, customer.vip true. Numbers are as they
// were written; the elements of an array are numbered from 0; null is not
// there. What is no object, or no JSON, has no members.
func Flatten(meta json.RawMessage) map[string]string {
	d := json.NewDecoder(bytes.NewReader(meta))
	d.UseNumber()
	var v map[string]any
	if d.Decode(&v) != nil {
		return nil
	}
	out := make(map[string]string)
	flatten(out, "", v, 0)
	return out
}

func flatten(out map[string]string, name string, v any, depth int) {
	if len(out) >= maxMembers || depth > maxDepth {
		return
	}
	within := func(k string) string {
		if name == "" {
			return k
		}
		return name + "." + k
	}
	switch v := v.(type) {
	case string:
		out[name] = v
	case json.Number:
		out[name] = v.String()
	case bool:
		out[name] = strconv.FormatBool(v)
	case map[string]any:
		for _, k := range keys(v) {
			flatten(out, within(k), v[k], depth+1)
		}
	case []any:
		for i, e := range v {
			flatten(out, within(strconv.Itoa(i)), e, depth+1)
		}
	}
}
