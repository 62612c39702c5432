// Package turn decides when a caller's turn begins and ends.
package turn
