// Package sqlite keeps calls and their logs in one SQLite file.
package sqlite
