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

	"github.com/relevo/relevo/signaling/wire"
	"github.com/relevo/relevo/transcripts/sqlite"
)

const (
	avatarSize    = 256     // pixels a side
	maxAvatar     = 4 << 20 // bytes of an upload
	maxAvatarSide = 8192    // pixels of an upload
	maxAvatarArea = 24_000_000
)

// PutAvatar keeps a picture and returns its URL. It is made anew as a square
// JPEG, so that nothing but the picture is kept: no place, no camera, no file
// within the file.
func (b *Book) PutAvatar(ctx context.Context, upload []byte) (url string, err error) {
	picture, err := squareJPEG(upload)
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
	return "/v1/avatars/" + id + ".jpg", nil
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
