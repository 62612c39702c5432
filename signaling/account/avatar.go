package account

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"image"
	"image/color"
	_ "image/gif" // what may be uploaded
	"image/jpeg"
	_ "image/png"
	"slices"
	"strings"

	"github.com/relevo/relevo/signaling/wire"
	"github.com/relevo/relevo/transcripts/sqlite"
)

const (
	avatarSize    = 256 // pixels a side
	avatarPath    = "/v1/avatars/"
	avatarHex     = 32      // digits of an id
	maxAvatar     = 4 << 20 // bytes of an upload
	maxAvatarSide = 8192    // pixels of an upload
	maxAvatarArea = 24_000_000

	// picturesAtOnce are read at a time: one may take 200 MB while it is.
	picturesAtOnce = 1
)

// Uploaded says whether the address of a picture is of one that was uploaded here.
func Uploaded(address string) bool {
	_, ok := avatarID(address)
	return ok
}

// avatarID is the id in the URL of a picture that was uploaded here.
func avatarID(url string) (id string, ok bool) {
	name, here := strings.CutPrefix(url, avatarPath)
	id, ok = strings.CutSuffix(name, ".jpg")
	if !here || !ok || len(id) != avatarHex {
		return "", false
	}
	for i := range len(id) {
		if !(id[i] >= '0' && id[i] <= '9' || id[i] >= 'a' && id[i] <= 'f') {
			return "", false
		}
	}
	return id, true
}

// PutAvatar keeps a picture and returns its URL. It is made anew as a square
// JPEG, so that nothing but the picture is kept: no place, no camera, no file
// within the file.
func (b *Book) PutAvatar(ctx context.Context, upload []byte) (url string, err error) {
	select {
	case b.decoding <- struct{}{}:
	case <-ctx.Done():
		return "", wire.Wrap(wire.KindTimeout, ctx.Err(), "others are uploading pictures; try again")
	}
	picture, err := squareJPEG(upload)
	<-b.decoding
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(picture)
	id := hex.EncodeToString(sum[:16])
	err = sqlite.Do(ctx, b.db, func(ctx context.Context, c *sql.Conn) error {
		_, err := c.ExecContext(ctx, `INSERT INTO avatars (id, image) VALUES (?, ?) ON CONFLICT DO NOTHING`, id, picture)
		return err
	})
	if err != nil {
		return "", storage(err)
	}
	return avatarPath + id + ".jpg", nil
}

// dropPicture removes an uploaded picture that nobody has any more: who takes
// theirs away wants it gone. What fails stays, and is not missed. The caller
// holds b.writing.
func (b *Book) dropPicture(ctx context.Context, url string) {
	id, uploaded := avatarID(url)
	if !uploaded || slices.ContainsFunc(b.Accounts(), func(a Account) bool { return a.Avatar == url }) {
		return
	}
	err := sqlite.Do(ctx, b.db, func(ctx context.Context, c *sql.Conn) error {
		_, err := c.ExecContext(ctx, `DELETE FROM avatars WHERE id = ?`, id)
		return err
	})
	if err != nil {
		b.log.Warn("a picture that nobody has could not be removed", "error", err)
	}
}

// Avatar returns a picture by the id in its URL, a JPEG.
func (b *Book) Avatar(ctx context.Context, id string) (picture []byte, err error) {
	err = sqlite.Do(ctx, b.db, func(ctx context.Context, c *sql.Conn) error {
		return c.QueryRowContext(ctx, `SELECT image FROM avatars WHERE id = ?`, id).Scan(&picture)
	})
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, wire.Errorf(wire.KindNotFound, "there is no such picture")
	case err != nil:
		return nil, storage(err)
	}
	return picture, nil
}

func squareJPEG(upload []byte) ([]byte, error) {
	if len(upload) > maxAvatar {
		return nil, wire.Errorf(wire.KindTooLarge, "a picture may have at most %d MB", maxAvatar>>20)
	}
	size, _, err := image.DecodeConfig(bytes.NewReader(upload))
	if err != nil {
		return nil, wire.Wrap(wire.KindBadRequest, err, "this is no picture that can be read: JPEG, PNG or GIF")
	}
	if size.Width < 1 || size.Height < 1 || size.Width > maxAvatarSide || size.Height > maxAvatarSide || size.Width*size.Height > maxAvatarArea {
		return nil, wire.Errorf(wire.KindTooLarge, "a picture may have at most %d megapixels", maxAvatarArea/1_000_000)
	}
	from, _, err := image.Decode(bytes.NewReader(upload))
	if err != nil {
		return nil, wire.Wrap(wire.KindBadRequest, err, "this picture is damaged")
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, square(from), &jpeg.Options{Quality: 85}); err != nil {
		return nil, wire.Wrap(wire.KindInternal, err, "the picture could not be kept")
	}
	return out.Bytes(), nil
}

// square is the middle of a picture, scaled by the mean of what each pixel
// covers, on white where it is transparent.
func square(from image.Image) image.Image {
	r := from.Bounds()
	side := min(r.Dx(), r.Dy())
	x0, y0 := r.Min.X+(r.Dx()-side)/2, r.Min.Y+(r.Dy()-side)/2
	to := image.NewRGBA(image.Rect(0, 0, avatarSize, avatarSize))
	for y := range avatarSize {
		top := y * side / avatarSize
		bottom := max((y+1)*side/avatarSize, top+1)
		for x := range avatarSize {
			left := x * side / avatarSize
			right := max((x+1)*side/avatarSize, left+1)
			to.SetRGBA(x, y, mean(from, image.Rect(x0+left, y0+top, x0+right, y0+bottom)))
		}
	}
	return to
}

func mean(from image.Image, area image.Rectangle) color.RGBA {
	var red, green, blue, n uint64
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			r, g, b, a := from.At(x, y).RGBA() // 16 bits, premultiplied
			white := 0xFFFF - a
			red, green, blue, n = red+uint64(r+white), green+uint64(g+white), blue+uint64(b+white), n+1
		}
	}
	return color.RGBA{uint8(red / n >> 8), uint8(green / n >> 8), uint8(blue / n >> 8), 255}
}
