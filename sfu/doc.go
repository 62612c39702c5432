// Package sfu is who is in a room and which packets go where.
package sfu
