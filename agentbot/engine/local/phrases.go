package local

import "strings"

// phrases are what callers of any business say, for the recogniser's language
// model: short answers above all, which general English knows too many of.
func phrases() []string {
	return append(strings.Split(strings.TrimSpace(`
yes
yes please
yes that is right
no
no
no thank you
no that is all
okay
hello
hello
good morning
good bye
bye
thanks
thank you
thank you very much
please
sorry
what
pardon
can you say that again
can you repeat that please
i did not understand
one moment please
wait
stop
cancel
help
i need help
i have a question
i have a problem
human
a human please
agent
operator
representative
can i talk to a human
can i speak to a human please
i want to talk to a human
i want to talk to a human agent
i want to speak to a person
i want to speak to a real person
i would like to speak to someone
i would like to talk to a human agent please
let me talk to an agent
please connect me to an agent
give me a human
transfer me to an agent
are you a robot
who am i talking to
i want to complain
i want to cancel
my name is
my e mail address is
my phone number is`), "\n"), digits()...)
}

// digits are sentences in which each digit follows each other one once.
func digits() []string {
	names := []string{"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"}
	var out []string
	for step := range names {
		// One walk by this step does not reach all digits unless the step and
		// ten have no common factor: so one walk from each start not yet reached.
		seen := make([]bool, len(names))
		for from := range names {
			if seen[from] {
				continue
			}
			walk := []string{"my order number is"}
			at := from
			for !seen[at] {
				seen[at] = true
				walk = append(walk, names[at])
				at = (at + step) % len(names)
			}
			out = append(out, strings.Join(append(walk, names[at]), " "))
		}
	}
	return out
}
