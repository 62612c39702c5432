// Package tools has the HTTP tools that an operator gives to a language model:
// what they are, whether a model's arguments are allowed, and the one request
// that a call of them makes.
//
//	--tools FILE ─Read─▶ Set ─Offer─▶ the model
//	                      │               │ name, arguments
//	                      ▼               ▼
//	                    Find ─▶ Tool.Check (JSON Schema) ─▶ Client.Do ─▶ Result ─Message─▶ the model, as data
//
// # The file
//
//	{"tools": [{
//	  "name": "order_status",
//	  "description": "Looks up where an order is.",
//	  "parameters": {"type": "object", "required": ["order"], "additionalProperties": false,
//	                 "properties": {"order": {"type": "string", "pattern": "^[0-9]{4,10}$"}}},
//	  "method": "GET",
//	  "url": "https://shop.example/orders/{order}",
//	  "headers": {"Authorization": "Bearer ${SHOP_TOKEN}"},
//	  "timeout": "5s",
//	  "limit": 8192,
//	  "confirm": {"en": "Shall I look up order {order}?"},
//	  "say": {"en": "Let me look that up."},
//	  "private": false
//	}]}
//
// Only name, description and url are needed. {argument} stands in the path and
// in the values of the query of url, in body, and in confirm. A query value whose
// argument is not given is left out. body is a JSON value in whose strings
// arguments stand ("{n}" alone keeps the argument's type), or a string, which is
// sent as a form. Without body a method that has one sends the arguments as
// JSON. ${NAME} in url and headers is a variable of the server's environment.
// confirm is true, a question, or one for each language; say is a sentence, or
// one for each language. Unknown members are errors: a misspelt rule is no rule.
//
// # What a tool cannot do
//
//   - Reach another host: scheme, host and port have no placeholders, and a
//     redirect goes to the same ones, of a GET only, three times at most.
//   - Reach into the operator's network by a name that resolves there, unless the
//     URL names a private address itself or the tool says "private": true. Link-
//     local addresses, where clouds keep credentials, must be named by the URL.
//   - Leave its path: an argument is one percent-encoded piece, never "..", and
//     never empty in a path.
//   - Use a proxy, or answer without end: timeout and limit bound what it says.
//
// Secrets reach headers only. They are neither in what a model gets nor in what is
// logged: an answer that repeats one has it replaced.
//
// # Once
//
// GET is safe: it may be given up at any time. Any other method may have done
// its work when no answer comes; so it is sent at most once, is not ended but by
// its own timeout, and its outcome is always told, as "unknown" where nobody knows.
//
// # Data
//
// What a service answers is data. Message wraps it in JSON that says so, with <, >
// and & escaped; it is cut at limit, and what is no text is not passed on.
//
// A Set and a Client never change; many goroutines may use them. No goroutines
// of their own, but for net/http's of idle connections, which Close ends.
package tools
