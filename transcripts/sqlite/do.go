package sqlite

import (
	"context"
	"database/sql"
	"errors"
)

// Do runs f on the database's one write connection, for the packages that keep
// their tables beside the log's. It waits for the connection as long as ctx
// says and then runs to the end: interrupting SQLite in the middle would cost
// the connection. Errors are as Classify has them.
func Do(ctx context.Context, db *sql.DB, f func(context.Context, *sql.Conn) error) error {
	c, err := db.Conn(ctx)
	if err != nil {
		return Classify(err)
	}
	defer c.Close()
	return Classify(f(context.WithoutCancel(ctx), c))
}

// Tx is Do with f in a transaction, which stands only when f returns nil.
func Tx(ctx context.Context, db *sql.DB, f func(context.Context, *sql.Tx) error) error {
	return Do(ctx, db, func(ctx context.Context, c *sql.Conn) error {
		tx, err := c.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		if err := f(ctx, tx); err != nil {
			return errors.Join(err, ignoreDone(tx.Rollback()))
		}
		return tx.Commit()
	})
}
