// Package sphinx recognises English speech with PocketSphinx.
package sphinx
