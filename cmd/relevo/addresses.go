package main

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/relevo/relevo/signaling/wire"
)

// proxies are the addresses whose X-Forwarded headers are believed.
func (c *config) proxies() ([]netip.Prefix, error) {
	named := c.Proxies
	if len(named) == 0 && c.BehindProxy {
		named = list{"127.0.0.0/8", "::1", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"}
	}
	var prefixes []netip.Prefix
	for _, s := range named {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			ip, ipErr := netip.ParseAddr(s)
			if ipErr != nil {
				return nil, fmt.Errorf("--trusted-proxy %s is neither an address nor a prefix", s)
			}
			p = netip.PrefixFrom(ip, ip.BitLen())
		}
		prefixes = append(prefixes, p)
	}
	return prefixes, nil
}

// iceServers are what clients are told: stun:host:port, or with a user in front
// of the host turn:user:password@host:port.
func (c *config) iceServers() ([]wire.ICEServer, error) {
	var servers []wire.ICEServer
	for _, s := range c.ICEServers {
		scheme, rest, ok := strings.Cut(s, ":")
		switch scheme {
		case "stun", "stuns", "turn", "turns":
		default:
			ok = false
		}
		var server wire.ICEServer
		host := rest
		if at := strings.LastIndex(rest, "@"); at >= 0 {
			host = rest[at+1:]
			server.Username, server.Credential, _ = strings.Cut(rest[:at], ":")
		}
		isTURN := strings.HasPrefix(scheme, "turn")
		if !ok || host == "" || isTURN != (server.Username != "" && server.Credential != "") {
			return nil, fmt.Errorf("--ice-server wants stun:host:port or turn:user:password@host:port, not %s:…", scheme)
		}
		server.URLs = []string{scheme + ":" + host}
		servers = append(servers, server)
	}
	return servers, nil
}
