package copilot

import (
	"slices"
	"strings"
	"time"
)

// Kinds of facts.
const (
	FactName     = "name"
	FactEmail    = "email"
	FactPhone    = "phone"
	FactOrder    = "order"    // number of an order
	FactTracking = "tracking" // of a parcel
	FactInvoice  = "invoice"
	FactCustomer = "customer" // number of the customer or their account
	FactCase     = "case"     // number of a ticket
)

// Fact is something that the caller gave of themselves.
type Fact struct {
	Kind  string
	Value string // as it is written: j.smith@example.com, A-1001, +49 without blanks
	// Who gave it and when: the log entry. Seq 0 is what the app knew before.
	Role       string
	Name       string
	Seq        int64
	At         time.Time
	Confidence float64 // 0 to 1
	Confirmed  bool    // read back, and the caller agreed
}

// Facts are those of one call, made of its lines in their order.
type Facts struct {
	list  []Fact
	asked string // kind that was asked for last
	turns int    // of the caller since
	read  []Fact // read back by who asked, to be agreed to
}

const (
	maxFacts   = 16
	maxOfAKind = 4 // numbers; of a name, an e-mail and a phone there is one
)

// Words of agreeing, refusing and correcting, and what numbers are called; none
// of them changes.
var (
	affirmative = setOf("yes yeah yep yup correct right exactly perfect sure absolutely ok okay ja jawohl genau richtig stimmt korrekt sí si correcto exacto exactamente claro vale 对 是 嗯 好")
	negative    = setOf("no nope not wrong incorrect nein falsch nicht nee 不 错")
	corrections = fields("sorry|i mean|i meant|actually|correction|wrong|rather|should be|instead|not|no|nein|falsch|ich meine|ich meinte|sondern|vielmehr|perdón|quiero decir|quise decir|mejor dicho|sino|不是|不对|错了|应该是|我是说")
	refusedBy   = setOf("not nicht no kein keine 是")

	called = map[string][]string{
		FactPhone:    fields("phone|phone number|telephone|mobile|cell|cell phone|call me|call me back|call me at|reach me|callback|telefon|telefonnummer|handy|handynummer|rufnummer|rückruf|teléfono|telefono|móvil|celular|llámeme|电话|手机|号码打"),
		FactOrder:    fields("order|orders|order number|ordered|purchase|bestellung|bestellnummer|auftrag|auftragsnummer|pedido|orden|número de pedido|订单|单号"),
		FactTracking: fields("tracking|tracking number|parcel number|shipment|sendung|sendungsnummer|paketnummer|seguimiento|envío|快递|运单|物流"),
		FactInvoice:  fields("invoice|invoice number|bill|bill number|rechnung|rechnungsnummer|factura|发票"),
		FactCustomer: fields("customer|customer number|customer id|account|account number|member|membership|kundennummer|kunde|konto|kundenkonto|cuenta|cliente|número de cliente|客户|账号|会员"),
		FactCase:     fields("ticket|ticket number|case|case number|reference|reference number|vorgang|vorgangsnummer|referenz|referenznummer|ticketnummer|caso|referencia|工单|案件"),
		FactEmail:    fields("e-mail|email|mail|email address|e-mail-adresse|mailadresse|emailadresse|correo|correo electrónico|邮箱|邮件|电邮"),
		FactName:     fields("your name|full name|who am i speaking|who am i talking|with whom|ihr name|ihren namen|ihr nachname|wie heißen sie|su nombre|cómo se llama|您贵姓|贵姓|姓名|名字|怎么称呼"),
	}
	numberKinds = []string{FactTracking, FactInvoice, FactCustomer, FactCase, FactOrder, FactPhone}
	asking      = fields("what|which|could you|can you|may i|please|tell me|give me|spell|do you have|wie|welche|nennen|sagen sie|bitte|können sie|haben sie|cuál|qué|dígame|puede|podría|deme|tiene|请|什么|多少|吗|能")
	addressed   = fields("your|you|ihre|ihr|sie|deine|su|usted|tu|您|你")
)

// Extract is what the lines of a call say, from its beginning, with what is
// known from elsewhere: that counts from its time on.
func Extract(lines []Line, known ...Fact) []Fact {
	var f Facts
	f.readAll(lines, known)
	return f.List()
}

func (f *Facts) readAll(lines []Line, known []Fact) {
	for _, l := range lines {
		for len(known) > 0 && !known[0].At.After(l.At) {
			f.Know(known[0])
			known = known[1:]
		}
		f.Read(l)
	}
	for _, k := range known {
		f.Know(k)
	}
}

// List are the facts so far, in the order in which they came.
func (f *Facts) List() []Fact { return slices.Clone(f.list) }

// Know adds what is known from elsewhere, such as a token or a form.
func (f *Facts) Know(k Fact) {
	if k.Value == "" {
		return
	}
	if k.Confidence == 0 {
		k.Confidence = 1
	}
	f.put(k, true)
}

// Read takes the next line.
func (f *Facts) Read(l Line) {
	switch l.Role {
	case RoleCaller:
		f.said(l)
	case RoleAgent, RoleHuman:
		f.answered(l)
	}
}

// said takes a line of the caller's.
func (f *Facts) said(l Line) {
	tokens := tokenise(l.Text)
	if len(tokens) == 0 {
		return
	}
	whole := joined(tokens)
	f.agree(tokens)
	corrects := has(whole, corrections)
	found := scan(l, tokens, whole, f.asked)
	for _, c := range found {
		if c.Kind == "" && corrects {
			c.Kind = f.lastNumber()
		}
		if c.Kind == "" {
			continue
		}
		f.put(c, corrects || c.Kind == f.asked)
		if c.Kind == f.asked {
			f.asked = ""
		}
	}
	if f.turns++; f.turns > 2 {
		f.asked = ""
	}
	f.read = nil
}

// agree ends what was read back: the caller says yes or no first.
func (f *Facts) agree(tokens []token) {
	if len(f.read) == 0 {
		return
	}
	first := tokens[0].text
	for _, r := range f.read {
		i := f.find(r.Kind, r.Value)
		switch {
		case negative[first]:
			if i >= 0 {
				f.list[i].Confidence /= 2
				f.list[i].Confirmed = false
			}
			f.asked, f.turns = r.Kind, 0
		case affirmative[first] && i >= 0:
			f.list[i].Confirmed, f.list[i].Confidence = true, 0.99
		case affirmative[first]:
			r.Confirmed, r.Confidence = true, 0.95
			f.put(r, true)
		}
	}
}

// answered takes a line of the AI's or a human's: what it asks for, and what it
// reads back.
func (f *Facts) answered(l Line) {
	tokens := tokenise(l.Text)
	whole := joined(tokens)
	question := strings.ContainsAny(l.Text, "?？") || has(whole, asking)
	asked := ""
	if question {
		at := -1
		for _, kind := range append([]string{FactName, FactEmail}, numberKinds...) {
			if i := mentions(whole, called[kind]); i > at {
				at, asked = i, kind
			}
		}
	}
	f.read = nil
	for _, c := range scan(l, tokens, whole, f.asked) {
		if i := f.valued(c.Value); c.Kind == "" && i >= 0 {
			c.Kind = f.list[i].Kind
		}
		if c.Kind == "" || c.Kind == FactName || c.Kind != f.asked && f.find(c.Kind, c.Value) < 0 && !has(whole, addressed) {
			continue // its own number or address, not the caller's
		}
		c.Role, c.Name = RoleCaller, ""
		f.read = append(f.read, c)
	}
	if asked != "" && len(f.read) == 0 {
		f.asked, f.turns = asked, 0
	}
}

// scan finds what a line may give. A number of which nobody says what it is has
// no kind.
func scan(l Line, tokens []token, whole, asked string) []Fact {
	var out []Fact
	add := func(kind, value string, confidence float64) {
		out = append(out, Fact{Kind: kind, Value: value, Role: l.Role, Name: l.Name, Seq: l.Seq, At: l.At, Confidence: confidence})
	}
	var taken []address
	for _, a := range addresses(l.Text, tokens) {
		add(FactEmail, a.value, a.confidence)
		taken = append(taken, a)
	}
	if v, confidence := names(l.Text, tokens, asked == FactName); v != "" && l.Role == RoleCaller {
		add(FactName, v, confidence)
	}
	for _, r := range runs(tokens) {
		if slices.ContainsFunc(taken, func(a address) bool { return r.from < a.to && r.to > a.from }) {
			continue
		}
		if r.from > 0 && (r.from > 1 || tokens[0].text != "no") && refusedBy[tokens[r.from-1].text] && (tokens[r.from-1].text != "是" || r.from > 1 && tokens[r.from-2].text == "不") && !tokens[r.from-1].end {
			continue // "not 4821"
		}
		kind, confidence := kindOf(tokens, r, asked)
		value := r.text
		if kind == FactPhone {
			value = strings.ReplaceAll(value, "-", "")
			if r.digits < 6 || strings.ContainsFunc(strings.TrimPrefix(value, "+"), func(c rune) bool { return c < '0' || c > '9' }) {
				kind = ""
			}
		}
		add(kind, value, confidence)
	}
	return out
}

// kindOf says what a number is: by the nearest word before it, by one right
// after it, by what was asked, or by how it looks.
func kindOf(tokens []token, r run, asked string) (string, float64) {
	before := joined(tokens[max(0, r.from-12):r.from])
	kind, at := "", -1
	for _, k := range numberKinds {
		if i := mentions(before, called[k]); i > at {
			kind, at = k, i
		}
	}
	if kind != "" {
		return kind, 0.85
	}
	if slices.Contains(numberKinds, asked) {
		return asked, 0.8
	}
	after := joined(tokens[r.to:min(len(tokens), r.to+6)])
	for _, k := range numberKinds {
		if has(after, called[k]) {
			return k, 0.75
		}
	}
	letters := strings.ContainsFunc(r.text, func(c rune) bool { return c >= 'A' && c <= 'Z' })
	switch {
	case letters && r.digits >= 3:
		return FactOrder, 0.5
	case (strings.HasPrefix(r.text, "+") || strings.HasPrefix(r.text, "0")) && r.digits >= 9:
		return FactPhone, 0.5
	}
	return "", 0.4
}

func (f *Facts) find(kind, value string) int {
	return slices.IndexFunc(f.list, func(x Fact) bool { return x.Kind == kind && strings.EqualFold(x.Value, value) })
}

// valued is where a number is that is known under any kind, -1 if none is.
func (f *Facts) valued(value string) int {
	return slices.IndexFunc(f.list, func(x Fact) bool { return strings.EqualFold(x.Value, value) })
}

// lastNumber is the kind of the number that came last.
func (f *Facts) lastNumber() string {
	for _, x := range slices.Backward(f.list) {
		if slices.Contains(numberKinds, x.Kind) {
			return x.Kind
		}
	}
	return ""
}

// put adds a fact, or puts it in the place of the last of its kind.
func (f *Facts) put(x Fact, replaces bool) {
	if i := f.find(x.Kind, x.Value); i >= 0 {
		old := &f.list[i]
		old.Confidence = min(0.99, max(old.Confidence, x.Confidence)+0.1) // said twice
		old.Confirmed = old.Confirmed || x.Confirmed
		return
	}
	last, n := -1, 0
	for i, y := range f.list {
		if y.Kind == x.Kind {
			last = i
			n++
		}
	}
	single := x.Kind == FactName || x.Kind == FactEmail || x.Kind == FactPhone
	switch {
	case last < 0 && len(f.list) < maxFacts, last >= 0 && !single && !replaces && n < maxOfAKind && len(f.list) < maxFacts:
		f.list = append(f.list, x)
	case last < 0:
		f.list = append(f.list[1:], x)
	case single && !replaces && f.list[last].Confirmed && x.Confidence < 0.9:
		// what was agreed to stays until it is corrected
	case single && !replaces && x.Confidence < f.list[last].Confidence-0.2:
	default:
		f.list[last] = x
	}
}
