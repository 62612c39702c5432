//go:build !race

package echo

const racing = false
