package account_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/relevo/relevo/signaling/account"
	"github.com/relevo/relevo/signaling/auth"
	"github.com/relevo/relevo/signaling/wire"
	"github.com/relevo/relevo/transcripts/sqlite"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	admin = account.Actor{Identity: "root", Address: "192.0.2.1"}
	ctx   = context.Background()
)

const password = "correct horse battery"

func open(t testing.TB, path string) *account.Book {
	t.Helper()
	log, err := sqlite.Open(ctx, path, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := log.Close(); err != nil {
			t.Error(err)
		}
	})
	b, err := account.Open(ctx, log.DB(), account.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func file(t testing.TB) string { return filepath.Join(t.TempDir(), "relevo.db") }

func dana(role account.Role) account.Account {
	return account.Account{Identity: "dana", Name: "Dana", Role: role, Capacity: 2, Skills: map[string]int{"billing": 3}}
}

func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func kind(err error) wire.ErrorKind {
	if err == nil {
		return ""
	}
	return wire.AsError(err).Kind
}

func TestAccountSurvivesRestart(t *testing.T) {
	path := file(t)
	b := open(t, path)
	a := must[account.Account](t)(b.Create(ctx, admin, dana(account.Agent), password))
	if a.Version != 1 || a.Created.IsZero() {
		t.Fatalf("%+v", a)
	}
	a.Name, a.Skills["returns"] = "Dana S.", 5
	a = must[account.Account](t)(b.Update(ctx, admin, a))
	s, _, err := b.Login(ctx, "dana", password, "192.0.2.7", "Firefox")
	if err != nil {
		t.Fatal(err)
	}

	again := open(t, path)
	got, ok := again.Account("dana")
	if !ok || got.Name != "Dana S." || got.Skills["returns"] != 5 || got.Version != 2 || !got.Updated.Equal(a.Updated) {
		t.Fatalf("after a restart: %+v", got)
	}
	if who, err := again.Check(s.ID); err != nil || who.Identity != "dana" {
		t.Fatalf("the session after a restart: %v, %v", who, err)
	}
	if l := again.Sessions("dana"); len(l) != 1 || l[0] != s {
		t.Fatalf("%+v, want %+v", l, s)
	}
}

func TestRefusedAccounts(t *testing.T) {
	b := open(t, file(t))
	long := strings.Repeat("x", 200)
	for name, c := range map[string]struct {
		change   func(*account.Account)
		password string
		field    string
	}{
		"no identity":     {func(a *account.Account) { a.Identity = "" }, password, "identity"},
		"identity spaces": {func(a *account.Account) { a.Identity = "da na" }, password, "identity"},
		"identity colon":  {func(a *account.Account) { a.Identity = "da:na" }, password, "identity"},
		"no name":         {func(a *account.Account) { a.Name = "  " }, password, "name"},
		"long name":       {func(a *account.Account) { a.Name = long }, password, "name"},
		"role":            {func(a *account.Account) { a.Role = "owner" }, password, "role"},
		"capacity":        {func(a *account.Account) { a.Capacity = 0 }, password, "capacity"},
		"email":           {func(a *account.Account) { a.Email = "Dana <dana@example.com>" }, password, "email"},
		"avatar":          {func(a *account.Account) { a.Avatar = "javascript:alert(1)" }, password, "avatar"},
		"skill level":     {func(a *account.Account) { a.Skills = map[string]int{"billing": 9} }, password, "skills"},
		"short password":  {func(*account.Account) {}, "short", "password"},
		"own name":        {func(a *account.Account) { a.Name = "Dana Scully-M" }, "dana scully-m", "password"},
		"one letter":      {func(*account.Account) {}, "aaaaaaaaaaaaaa", "password"},
	} {
		t.Run(name, func(t *testing.T) {
			a := dana(account.Agent)
			c.change(&a)
			_, err := b.Create(ctx, admin, a, c.password)
			e := wire.AsError(err)
			if err == nil || e.Kind != wire.KindBadRequest || e.Data.(wire.ErrorData).Field != c.field || len(e.Data.(wire.ErrorData).Problems) != 1 {
				t.Fatalf("%v (%v), want a complaint about %s", err, e.Data, c.field)
			}
		})
	}
	if n := len(b.Accounts()); n != 0 {
		t.Fatalf("%d accounts were made all the same", n)
	}
}

func TestSecondWriterLoses(t *testing.T) {
	b := open(t, file(t))
	a := must[account.Account](t)(b.Create(ctx, admin, dana(account.Agent), password))
	if _, err := b.Create(ctx, admin, dana(account.Agent), password); kind(err) != wire.KindConflict {
		t.Fatalf("the same identity twice: %v", err)
	}
	var wg sync.WaitGroup
	won := make(chan string, 8)
	for _, name := range []string{"A", "B", "C", "D", "E", "F", "G", "H"} {
		wg.Go(func() {
			mine := a
			mine.Name = name
			if _, err := b.Update(ctx, admin, mine); err == nil {
				won <- name
			} else if kind(err) != wire.KindConflict {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	close(won)
	winner := <-won
	if got, _ := b.Account("dana"); got.Name != winner || len(won) != 0 {
		t.Fatalf("%q stands, %q won, %d more", got.Name, winner, len(won))
	}
}

func TestOneAdminStays(t *testing.T) {
	b := open(t, file(t))
	a := must[account.Account](t)(b.Create(ctx, admin, dana(account.Admin), password))
	for _, change := range []func(*account.Account){
		func(a *account.Account) { a.Role = account.Supervisor },
		func(a *account.Account) { a.Disabled = true },
	} {
		lesser := a
		change(&lesser)
		if _, err := b.Update(ctx, admin, lesser); kind(err) != wire.KindConflict {
			t.Fatalf("the only administrator is gone: %v", err)
		}
	}
	second := dana(account.Admin)
	second.Identity = "eve"
	must[account.Account](t)(b.Create(ctx, admin, second, password))
	a.Role = account.Agent
	must[account.Account](t)(b.Update(ctx, admin, a))
}

func TestSessions(t *testing.T) {
	path := file(t)
	synctest.Test(t, func(t *testing.T) {
		b := open(t, path)
		a := must[account.Account](t)(b.Create(ctx, admin, dana(account.Agent), password))
		var ended []string
		b.OnEnd(func(id string) { ended = append(ended, id) })
		login := func() account.Session {
			t.Helper()
			s, _, err := b.Login(ctx, "dana", password, "192.0.2.7", strings.Repeat("é", 300))
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Second)
			return s
		}
		first, second, third := login(), login(), login()
		if len(first.Client) > 256 || !strings.HasPrefix(first.Client, "éé") {
			t.Errorf("client of %d bytes", len(first.Client))
		}
		if l := b.Sessions("dana"); len(l) != 3 || l[0] != third {
			t.Fatalf("%+v", l)
		}
		if err := b.End(ctx, account.Actor{Identity: "mallory"}, first.ID, "mallory"); kind(err) != wire.KindNotFound {
			t.Errorf("another's session was ended: %v", err)
		}
		if err := b.End(ctx, account.Actor{Identity: "dana"}, first.ID, "dana"); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Check(first.ID); kind(err) != wire.KindUnauthorized {
			t.Errorf("an ended session is good: %v", err)
		}
		// A new password ends all but the one that it was given in.
		if err := b.SetPassword(ctx, account.Actor{Identity: "dana"}, "dana", "another long one", second.ID); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(ended, []string{first.ID, third.ID}) {
			t.Errorf("ended %v", ended)
		}
		if _, err := b.Check(second.ID); err != nil {
			t.Error(err)
		}
		if _, _, err := b.Login(ctx, "dana", password, "192.0.2.7", ""); kind(err) != wire.KindUnauthorized {
			t.Errorf("the old password: %v", err)
		}
		// What a session may do is asked of the account as it is now.
		a, _ = b.Account("dana")
		a.Role = account.Supervisor
		a = must[account.Account](t)(b.Update(ctx, admin, a))
		if who, _ := b.Check(second.ID); who.Role != account.Supervisor {
			t.Errorf("role %q", who.Role)
		}
		a.Disabled = true
		must[account.Account](t)(b.Update(ctx, admin, a))
		if _, err := b.Check(second.ID); kind(err) != wire.KindUnauthorized {
			t.Errorf("a disabled account's session is good: %v", err)
		}
		if _, _, err := b.Login(ctx, "dana", "another long one", "192.0.2.7", ""); kind(err) != wire.KindUnauthorized {
			t.Errorf("a disabled account logs in: %v", err)
		}
	})
}

func TestSessionsExpire(t *testing.T) {
	path := file(t)
	synctest.Test(t, func(t *testing.T) {
		b := open(t, path)
		must[account.Account](t)(b.Create(ctx, admin, dana(account.Agent), password))
		s, _, err := b.Login(ctx, "dana", password, "192.0.2.7", "")
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(12*time.Hour - time.Second)
		if _, err := b.Check(s.ID); err != nil {
			t.Fatalf("before its time: %v", err)
		}
		time.Sleep(time.Second)
		if _, err := b.Check(s.ID); kind(err) != wire.KindUnauthorized {
			t.Fatalf("after its time: %v", err)
		}
		if l := b.Sessions(""); len(l) != 0 {
			t.Fatalf("%+v", l)
		}
	})
}

func TestTooManySessionsEndTheOldest(t *testing.T) {
	if testing.Short() {
		t.Skip("21 argon2id hashes")
	}
	b := open(t, file(t))
	must[account.Account](t)(b.Create(ctx, admin, dana(account.Agent), password))
	var first account.Session
	for i := range 21 {
		s, _, err := b.Login(ctx, "dana", password, "192.0.2.7", "")
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			first = s
		}
	}
	if n := len(b.Sessions("dana")); n != 20 {
		t.Errorf("%d sessions", n)
	}
	if _, err := b.Check(first.ID); err == nil {
		t.Error("the oldest is still good")
	}
}

func TestLoginIsThrottled(t *testing.T) {
	path := file(t)
	synctest.Test(t, func(t *testing.T) {
		b := open(t, path)
		must[account.Account](t)(b.Create(ctx, admin, dana(account.Agent), password))
		for range 5 {
			if _, _, err := b.Login(ctx, "dana", "wrong", "192.0.2.7", ""); kind(err) != wire.KindUnauthorized {
				t.Fatal(err)
			}
		}
		if _, _, err := b.Login(ctx, "dana", password, "192.0.2.7", ""); kind(err) != wire.KindRateLimited {
			t.Fatalf("the sixth try: %v", err)
		}
		if err := b.CheckCurrent(ctx, "dana", password, "192.0.2.7"); kind(err) != wire.KindRateLimited {
			t.Fatalf("the sixth try, as who wants another password: %v", err)
		}
		time.Sleep(time.Minute)
		if _, _, err := b.Login(ctx, "dana", password, "192.0.2.7", ""); err != nil {
			t.Fatal(err)
		}
		// After a restart too, others do not shut out who has logged in there.
		b = open(t, path)
		for i := range 20 {
			_, _, _ = b.Login(ctx, fmt.Sprint("x", i), "wrong", "192.0.2.7", "")
		}
		if _, _, err := b.Login(ctx, "eve", "wrong", "192.0.2.7", ""); kind(err) != wire.KindRateLimited {
			t.Fatalf("the address: %v", err)
		}
		if _, _, err := b.Login(ctx, "dana", password, "192.0.2.7", ""); err != nil {
			t.Fatalf("shut out by others at the same address: %v", err)
		}
	})
}

func TestSeed(t *testing.T) {
	path := file(t)
	b := open(t, path)
	hash := must[string](t)(auth.HashPassword("dev"))
	seed := account.Account{Identity: "dana", Name: "Dana"}
	for range 2 {
		if err := b.Seed(ctx, seed, hash); err != nil {
			t.Fatal(err)
		}
	}
	a, _ := b.Account("dana")
	if a.Role != account.Admin || a.Capacity != 1 || a.Version != 1 {
		t.Fatalf("%+v", a)
	}
	a.Name = "Dana Renamed"
	must[account.Account](t)(b.Update(ctx, admin, a))
	other := must[string](t)(auth.HashPassword("devdev"))
	if err := b.Seed(ctx, seed, other); err != nil {
		t.Fatal(err)
	}
	if a, _ = b.Account("dana"); a.Name != "Dana Renamed" || a.Version != 3 {
		t.Fatalf("%+v", a)
	}
	if _, _, err := b.Login(ctx, "dana", "devdev", "192.0.2.7", ""); err != nil {
		t.Fatal(err)
	}
	if err := b.Seed(ctx, seed, "plain"); kind(err) != wire.KindBadRequest {
		t.Fatalf("a hash that is none: %v", err)
	}
}

func TestAuditHasEveryChangeAndNoSecret(t *testing.T) {
	b := open(t, file(t))
	a := must[account.Account](t)(b.Create(ctx, admin, dana(account.Agent), password))
	a.Capacity = 5
	must[account.Account](t)(b.Update(ctx, admin, a))
	s, _, err := b.Login(ctx, "dana", password, "192.0.2.7", "Firefox")
	if err != nil {
		t.Fatal(err)
	}
	if err := b.SetPassword(ctx, admin, "dana", "another long one", ""); err != nil {
		t.Fatal(err)
	}
	if err := b.Audit(ctx, account.Change{By: admin, Action: "settings.hours", After: []byte(`{"zone":"UTC"}`)}); err != nil {
		t.Fatal(err)
	}
	lines := must[[]account.Change](t)(b.Changes(ctx, 0, 0))
	var actions []string
	for i, l := range lines {
		actions = append(actions, l.Action)
		if l.Seq != int64(len(lines)-i) || l.At.IsZero() {
			t.Errorf("line %d: %+v", i, l)
		}
		for _, secret := range []string{password, "argon2", s.ID} {
			if strings.Contains(string(l.Before)+string(l.After), secret) {
				t.Errorf("the log has a secret: %s %s", l.Before, l.After)
			}
		}
	}
	want := []string{"settings.hours", "session.ended", "account.password", "session.opened", "account.changed", "account.created"}
	if !slices.Equal(actions, want) {
		t.Fatalf("%v, want %v", actions, want)
	}
	if !bytes.Contains(lines[4].Before, []byte(`"capacity":2`)) || !bytes.Contains(lines[4].After, []byte(`"capacity":5`)) || lines[4].By != admin {
		t.Errorf("%+v", lines[4])
	}
	older := must[[]account.Change](t)(b.Changes(ctx, lines[2].Seq, 2))
	if len(older) != 2 || older[0].Action != "session.opened" {
		t.Errorf("the next page: %+v", older)
	}
}

func TestNothingChangesWithoutDisk(t *testing.T) {
	path := file(t)
	log := must[*sqlite.Store](t)(sqlite.Open(ctx, path, sqlite.Options{}))
	b := must[*account.Book](t)(account.Open(ctx, log.DB(), account.Options{}))
	a := must[account.Account](t)(b.Create(ctx, admin, dana(account.Agent), password))
	s, _, err := b.Login(ctx, "dana", password, "192.0.2.7", "")
	if err != nil {
		t.Fatal(err)
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	changed := a
	changed.Name = "Other"
	if _, err := b.Update(ctx, admin, changed); kind(err) != wire.KindStorage {
		t.Errorf("update: %v", err)
	}
	if err := b.End(ctx, admin, s.ID, ""); kind(err) != wire.KindStorage {
		t.Errorf("end: %v", err)
	}
	if who, err := b.Check(s.ID); err != nil || who.Name != "Dana" {
		t.Errorf("what was there: %v, %v", who, err)
	}
}

func TestRoles(t *testing.T) {
	roles := []account.Role{account.Agent, account.Supervisor, account.Admin}
	for i, r := range roles {
		for j, least := range roles {
			if got := r.AtLeast(least); got != (i >= j) {
				t.Errorf("%s at least %s: %v", r, least, got)
			}
		}
		if r.AtLeast("") != true || account.Role("").AtLeast(r) || account.Role("root").AtLeast(r) {
			t.Errorf("unknown roles against %s", r)
		}
	}
}

func TestAvatar(t *testing.T) {
	b := open(t, file(t))
	wide := image.NewNRGBA(image.Rect(0, 0, 900, 300)) // red | green | blue
	for y := range 300 {
		for x := range 900 {
			c := color.NRGBA{255, 0, 0, 255}
			switch {
			case x >= 600:
				c = color.NRGBA{0, 0, 255, 255}
			case x >= 300 && y < 150:
				c = color.NRGBA{0, 255, 0, 255}
			case x >= 300:
				c = color.NRGBA{} // transparent
			}
			wide.SetNRGBA(x, y, c)
		}
	}
	var upload bytes.Buffer
	if err := png.Encode(&upload, wide); err != nil {
		t.Fatal(err)
	}
	url := must[string](t)(b.PutAvatar(ctx, upload.Bytes()))
	if again := must[string](t)(b.PutAvatar(ctx, upload.Bytes())); again != url {
		t.Errorf("%s, then %s", url, again)
	}
	id := strings.TrimSuffix(strings.TrimPrefix(url, "/v1/avatars/"), ".jpg")
	picture := must[[]byte](t)(b.Avatar(ctx, id))
	got := must[image.Image](t)(jpeg.Decode(bytes.NewReader(picture)))
	if got.Bounds() != image.Rect(0, 0, 256, 256) {
		t.Fatalf("%v", got.Bounds())
	}
	near := func(x, y int, want color.RGBA) {
		t.Helper()
		r, g, bl, _ := got.At(x, y).RGBA()
		for _, d := range []int{int(r>>8) - int(want.R), int(g>>8) - int(want.G), int(bl>>8) - int(want.B)} {
			if d < -12 || d > 12 {
				t.Errorf("at %d,%d: %d %d %d, want %v", x, y, r>>8, g>>8, bl>>8, want)
				return
			}
		}
	}
	near(128, 60, color.RGBA{0, 255, 0, 255}) // the middle of the picture
	near(10, 60, color.RGBA{0, 255, 0, 255})
	near(128, 200, color.RGBA{255, 255, 255, 255})
	if _, err := b.Avatar(ctx, "nothing"); kind(err) != wire.KindNotFound {
		t.Error(err)
	}
	huge := image.NewGray(image.Rect(0, 0, 8000, 4000))
	upload.Reset()
	if err := png.Encode(&upload, huge); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		upload []byte
		kind   wire.ErrorKind
	}{
		"no picture": {[]byte("<svg onload=alert(1)>"), wire.KindBadRequest},
		"nothing":    {nil, wire.KindBadRequest},
		"bytes":      {make([]byte, 5<<20), wire.KindTooLarge},
		"pixels":     {upload.Bytes(), wire.KindTooLarge},
		"half":       {picture[:len(picture)/2], wire.KindBadRequest},
	} {
		if _, err := b.PutAvatar(ctx, c.upload); kind(err) != c.kind {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What people would take for the same is the same, and nobody is called like
// the server.
func TestIdentitiesDoNotLookAlike(t *testing.T) {
	b := open(t, file(t))
	must[account.Account](t)(b.Create(ctx, admin, dana(account.Agent), password))
	for identity, want := range map[string]wire.ErrorKind{"Dana": wire.KindConflict, "DANA": wire.KindConflict, "server": wire.KindBadRequest, "da\u200bna": wire.KindBadRequest} {
		a := dana(account.Agent)
		a.Identity = identity
		_, err := b.Create(ctx, admin, a, password)
		if e := wire.AsError(err); kind(err) != want || e.Data.(wire.ErrorData).Field != "identity" || len(e.Data.(wire.ErrorData).Problems) != 1 {
			t.Errorf("%q: %v", identity, err)
		}
	}
}

func TestCheckPassword(t *testing.T) {
	a := &account.Account{Identity: "dana@example.com", Name: "Dana Scully", Email: "scully@example.com"}
	for password, code := range map[string]string{
		"éééééééééééé": "repeated", "AaAaAaAaAa": "repeated", "password123": "common", "QWERTYUIOP": "common", "Summer2026": "common", "dana scully": "own", "Dana@Example.com": "own",
		"scully@example.com": "own", "short": "short", "ééééé1234": "short", strings.Repeat("long", 200): "tooLong", "correct horse battery": "", "пароль из слов": "", "Summer2026 in Rome": "",
	} {
		err := account.CheckPassword(a, password)
		got := ""
		if err != nil {
			got = wire.AsError(err).Data.(wire.ErrorData).Problems[0].Code
		}
		if got != code {
			t.Errorf("%q: %q, want %q", password, got, code)
		}
	}
}

// A picture that nobody has any more is gone, one that somebody has stays.
func TestPicturesGoWithTheirOwners(t *testing.T) {
	b := open(t, file(t))
	picture := func(shade uint8) string {
		t.Helper()
		i := image.NewGray(image.Rect(0, 0, 9, 9))
		i.SetGray(4, 4, color.Gray{shade})
		var upload bytes.Buffer
		if err := png.Encode(&upload, i); err != nil {
			t.Fatal(err)
		}
		return must[string](t)(b.PutAvatar(ctx, upload.Bytes()))
	}
	there := func(url string) bool {
		_, err := b.Avatar(ctx, strings.TrimSuffix(strings.TrimPrefix(url, "/v1/avatars/"), ".jpg"))
		return err == nil
	}
	one, two := picture(10), picture(200)
	eli := dana(account.Agent)
	eli.Identity = "eli"
	d, e := must[account.Account](t)(b.Create(ctx, admin, dana(account.Agent), password)), must[account.Account](t)(b.Create(ctx, admin, eli, password))
	set := func(a *account.Account, avatar string) {
		t.Helper()
		a.Avatar = avatar
		*a = must[account.Account](t)(b.Update(ctx, admin, *a))
	}
	set(&d, one)
	set(&e, one)
	set(&d, two)
	if !there(one) || !there(two) {
		t.Error("a picture that somebody has is gone")
	}
	set(&e, "")
	set(&d, two)
	if there(one) || !there(two) {
		t.Error("a picture that nobody has is kept, or one that somebody has is not")
	}
	for _, bad := range []string{"/v1/avatars/../desk/me", "/v1/avatars/x.jpg", "https://", "https://user:pass@example.com/a.png", "http://example.com/a.png", "//example.com/a.png"} {
		d.Avatar = bad
		if _, err := b.Update(ctx, admin, d); kind(err) != wire.KindBadRequest {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestOnChange(t *testing.T) {
	b := open(t, file(t))
	a := must[account.Account](t)(b.Create(ctx, admin, dana(account.Agent), password))
	var told []string
	b.OnChange(func(before, after account.Account) {
		told = append(told, string(before.Role)+" "+string(after.Role))
	})
	a.Role = account.Supervisor
	must[account.Account](t)(b.Update(ctx, admin, a))
	if _, err := b.Update(ctx, admin, a); kind(err) != wire.KindConflict {
		t.Fatal(err)
	}
	if !slices.Equal(told, []string{"agent supervisor"}) {
		t.Errorf("%q", told)
	}
}

// Phones add spaces and capitals; guessing in other letters is guessing all the
// same.
func TestLoginByWhatIsMeant(t *testing.T) {
	path := file(t)
	synctest.Test(t, func(t *testing.T) {
		b := open(t, path)
		must[account.Account](t)(b.Create(ctx, admin, dana(account.Agent), password))
		for _, typed := range []string{"dana", " Dana ", "DANA"} {
			s, a, err := b.Login(ctx, typed, password, "192.0.2.7", "")
			if err != nil || s.Identity != "dana" || a.Identity != "dana" {
				t.Errorf("%q: %+v, %v", typed, s, err)
			}
		}
		for _, typed := range []string{"dana", "Dana", "DANA", "dAna", "daNa"} {
			if _, _, err := b.Login(ctx, typed, "wrong", "198.51.100.1", ""); kind(err) != wire.KindUnauthorized {
				t.Fatal(err)
			}
		}
		if _, _, err := b.Login(ctx, "danA", "wrong", "198.51.100.1", ""); kind(err) != wire.KindRateLimited {
			t.Errorf("another spelling is another identity: %v", err)
		}
	})
}
