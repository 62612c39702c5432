package desk

import (
	"encoding/json"

	"github.com/relevo/relevo/signaling/wire"
)

// notifications are what the setting says of how a console calls its operator,
// until they choose for themselves: what it does not say is on, since who misses
// a call has nothing of the quiet.
func notifications(value json.RawMessage) wire.Notifications {
	n := wire.Notifications{Sound: true, Desktop: true, Badge: true}
	if json.Unmarshal(value, &n) != nil { // never set, or by a server that did not check it
		return wire.Notifications{Sound: true, Desktop: true, Badge: true}
	}
	return n
}
