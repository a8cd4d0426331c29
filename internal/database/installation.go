package database

import (
	"context"
	"fmt"
	"time"
)

// Installation is what this database says of the ASM that uses it.
type Installation struct {
	// ID is a UUID that never changes; API tokens name it as their issuer.
	ID string
	// CreatedAt is when the database was made, UTC.
	CreatedAt time.Time
	// SigningKeyThumbprint is of the key that signs tokens and links; empty until the first start with one.
	SigningKeyThumbprint string
}

const makeInstallation = `
	INSERT INTO database_installation (id, created_at)
	VALUES ($1, $2)
	    ON CONFLICT DO NOTHING`

// install names the installation when the database is new.
func (db *DB) install(ctx context.Context) error {
	err := db.Write(ctx, func(tx *Tx) error {
		_, err := tx.Exec(ctx, makeInstallation, tx.NewID(), Micros(tx.Now()))
		return err
	})
	if err != nil {
		return fmt.Errorf("name the installation: %w", err)
	}
	return nil
}

const installation = `
	SELECT id, created_at, signing_key_thumbprint
	  FROM database_installation`

// InstallationOf reads the installation's row.
func InstallationOf(ctx context.Context, q Querier) (Installation, error) {
	return One(ctx, q, func(row Row) (Installation, error) {
		var i Installation
		var created int64
		var thumbprint *string
		err := row.Scan(&i.ID, &created, &thumbprint)
		i.CreatedAt = Time(created)
		if thumbprint != nil {
			i.SigningKeyThumbprint = *thumbprint
		}
		return i, err
	}, installation)
}

const setSigningKey = `
	UPDATE database_installation
	   SET signing_key_thumbprint = $1`

// SetSigningKey records the thumbprint of the key in use. Whoever calls it has read the installation in the same
// transaction, and knows that there is none or that the key is being changed.
func (tx *Tx) SetSigningKey(ctx context.Context, thumbprint string) error {
	_, err := tx.Exec(ctx, setSigningKey, thumbprint)
	return err
}
