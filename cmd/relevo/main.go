package main

import (
	"context"
	"os"
)

func main() {
	os.Exit(run(context.Background(), os.Args[1:], env{os.Environ(), os.Stdin, os.Stdout, os.Stderr}))
}
