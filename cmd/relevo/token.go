package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"time"

	"github.com/relevo/relevo/signaling/auth"
	"github.com/relevo/relevo/signaling/wire"
)

func tokenCommand(fs *flag.FlagSet) func(context.Context, []string, env) error {
	var claims auth.Claims
	role := fs.String("role", string(wire.RoleCaller), "caller, agent, human or observer")
	ttl := fs.Duration("ttl", time.Hour, "how long it is valid")
	key := fs.String("key", "devkey", "API `key`")
	secret := fs.String("secret", "", "its `secret` (default devsecret for devkey)")
	fs.StringVar(&claims.Call, "call", "", "`id` of the call it is for")
	fs.StringVar(&claims.Identity, "identity", "", "who it is for, the app's own `id`")
	fs.StringVar(&claims.Name, "name", "", "display `name`")
	fs.BoolVar(&claims.Desk, "desk", false, "for a console: every call instead of one")
	return func(_ context.Context, _ []string, e env) error {
		if *secret == "" && *key == "devkey" {
			*secret = "devsecret"
		}
		switch {
		case *secret == "":
			return errors.New("--secret is missing; better give it in " + envName("secret"))
		case claims.Identity == "":
			return errors.New("--identity is missing")
		case claims.Call == "" && !claims.Desk:
			return errors.New("--call is missing (or --desk for a console's token)")
		}
		claims.Key, claims.Role = *key, *role
		token, err := auth.NewKeyring(map[string]string{*key: *secret}).Sign(claims, *ttl)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(e.Stdout, token)
		return err
	}
}
