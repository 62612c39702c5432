package knowledge

import "strings"

// thesaurus has words that English-speaking callers of any shop, office or
// help desk use for the same thing, one group a line. It bridges how people ask
// and how a knowledge base is written; what means the same in one business only
// belongs into its _synonyms.md. Never changed.
var thesaurus = groups(`
	open opens opening start starts begin
	close closes closed closing shut shuts end ends finish
	hours times schedule timetable
	shop store branch outlet showroom location premises
	weekend saturday sunday
	holiday holidays easter christmas xmas bank
	shipping ship delivery deliver postage dispatch freight post mail send sent shipment courier mailing
	parcel package packet box shipment
	arrive arrives arrived come comes came get here delivered receive received turn
	track trace follow whereabouts locate status moment
	late delayed delay overdue waiting
	return back
	refund reimburse reimbursement repay repaid money credited
	exchange swap switch trade instead
	different other another
	invoice bill
	receipt slip proof
	price prices cost costs charge charges fee fees expensive pricey rate worth
	cheap cheaper less lower reduced
	discount discounts deal deals offer offers sale bargain promotion reduction
	coupon promo code voucher
	warranty guarantee guaranteed guarantees
	cover covers covered coverage include pays
	repair repairs repaired fix fixed mend mended service serviced
	broken broke break defective faulty damaged damage dead smashed cracked shattered malfunction malfunctioning pieces dented
	stopped stop quit
	drop drops dropped fall fell fallen knock knocked
	leak leaks leaking drip drips dripping
	spill spilled spilt
	clean cleaning wash rinse
	descale descaling limescale calcium chalk
	loud noise noisy quiet silent sound decibels volume
	battery charge charging charges power recharge
	station dock base charger
	wifi wireless network internet online connect connection pair app
	size big large dimensions measure measurements wide width high height tall deep depth fit fits
	weigh weighs weight heavy kilos light
	colour color colours colors shade
	pet pets dog dogs cat cats animal animals
	hair fur
	bright brightness lumens luminosity
	capacity hold holds litres liters fits
	boil boils heat heats
	account profile login register registering registration sign signing guest
	password passcode
	delete erase remove wipe
	data information details privacy
	newsletter mailing subscription unsubscribe
	contact reach email mail write message
	reply answer respond response
	complaint complain complaints unhappy dissatisfied
	present gift birthday
	gift voucher card certificate
	expire expires expiry valid good run last
	redeem use enter apply spend type
	lost lose losing missing misplaced find gone
	buy bought purchase purchased order ordered
	change modify edit alter amend update add
	cancel undo withdraw revoke rid call
	address street home destination
	confirmation confirm confirmed
	stock available availability sold
	park parking car garage drive
	collect fetch pick pickup
	try test look see demonstration demo
	wheelchair pram stroller buggy stairs step steps disabled accessible access mobility
	student students teacher teachers pupil
	pay paid paying payment pays settle
	card credit debit visa mastercard
	cash coins
	instalments installments instalment installment monthly split spread parts months
	declined refused rejected failed fail fails
	twice double
	fast quick quickly soon speed rapidly
	express tomorrow overnight
	abroad foreign overseas international internationally country countries
	country europe italy france spain germany austria switzerland poland ireland portugal netherlands belgium denmark sweden norway finland greece
	overseas america usa us canada australia japan china india brazil mexico africa asia
	machine device appliance unit maker
	part parts spare replacement
	long duration
	locked lock
	problem trouble issue wrong
	who people company business
`)

// light are words that say little of what a question is about: of the base or
// not, nobody asks for them. They count little where the base does not know
// them. They are stems as Snowball makes them.
var light = set(`yesterday today tonight morn afternoon even week month year day last next ago alreadi yet ever never alway sometim soon later moment
	minut hour second first mani anoth differ same own bit lot littl good bad nice great new old big small best better right wrong
	mum mom dad mother father son daughter sister brother wife husband friend neighbour neighbor boss kid child children famili compani colleagu grandma
	kind sort type around claim possibl happen work help problem issu troubl matter reason way case idea stuff item product articl purchas piec wish love hate
	use tri need let keep made make makes take took give gave bring brought put set show look see saw seen find found hear heard feel seem
	stupid damn bloodi stupid silli hope guess suppos believ rude anyway whatev probabl exact simpli total complet realli quit pretti
	could might shall should must dollar euro pound per via within without until till dure whole enough els even`)

// groups reads one group a line.
func groups(text string) [][]string {
	var all [][]string
	for line := range strings.Lines(text) {
		if words := strings.Fields(line); len(words) > 0 {
			all = append(all, words)
		}
	}
	return all
}
