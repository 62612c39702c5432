// Package auth knows who may do what: apps by key and secret, clients by token,
// console users by password.
package auth
