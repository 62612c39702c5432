// Command say writes recorded callers, for browsers' fake microphones:
//
//	say -voice rms -rate 48000 -o caller.wav 2s "I want to talk to a human." 12s "Thank you."
//
// Each text is said at the time before it.
package main

import (
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/relevo/relevo/agentbot/engine/local/speech"
)

func main() {
	out := flag.String("o", "speech.wav", "file to write")
	voice := flag.String("voice", "slt", "slt or rms")
	tail := flag.Duration("tail", time.Second, "silence at the end")
	rate := flag.Int("rate", 48000, "samples a second: 16000, 32000 or 48000")
	flag.Parse()
	if err := write(*out, flag.Args(), *voice, *tail, *rate); err != nil {
		fmt.Fprintln(os.Stderr, "say:", err)
		os.Exit(1)
	}
}

func write(path string, args []string, voice string, tail time.Duration, rate int) error {
	if len(args) == 0 || len(args)%2 != 0 {
		return fmt.Errorf("want pairs of a time and a text, like 2s \"Hello.\"")
	}
	var lines []speech.Line
	for i := 0; i < len(args); i += 2 {
		at, err := time.ParseDuration(args[i])
		if err != nil {
			return err
		}
		lines = append(lines, speech.Line{At: at, Text: args[i+1], Voice: voice})
	}
	return speech.WriteScript(path, lines, tail, rate)
}
