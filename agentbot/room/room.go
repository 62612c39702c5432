package room

import (
	"errors"
	"fmt"

	"github.com/relevo/relevo/agentbot"
	"github.com/relevo/relevo/sfu"
)

// Bot is an agent in a room.
type Bot struct {
	*agentbot.Agent
	participant *sfu.Participant
	source      *sfu.LocalSource
	log         func(error)
}

// New joins room as participantID in role Agent and starts the agent there,
// in mode Silent at epoch 0. post is as in agentbot.New.
func New(room *sfu.Room, participantID string, cfg agentbot.Config, e agentbot.Engines, post func(agentbot.Event)) (*Bot, error) {
	participant, err := room.Join(participantID, sfu.Agent)
	if err != nil {
		return nil, fmt.Errorf("agent joins: %w", err)
	}
	source, err := participant.PublishLocal(sfu.Microphone)
	if err != nil {
		participant.Leave()
		return nil, fmt.Errorf("agent's voice: %w", err)
	}
	b := &Bot{participant: participant, source: source, log: func(error) {}}
	if cfg.Log != nil {
		b.log = func(err error) { cfg.Log.Error("agent cannot hear", "error", err) }
	}
	b.Agent = agentbot.New(cfg, e, voice{source}, post)
	return b, nil
}

// Hear starts transcribing a participant's microphone; it ends by itself with
// the track.
func (b *Bot) Hear(leg agentbot.Leg, track *sfu.Track) {
	ear, err := newEar(track)
	if err != nil {
		b.log(err)
		return
	}
	b.Agent.Hear(leg, ear)
}

// SetAudience says who may hear the agent's voice.
func (b *Bot) SetAudience(a sfu.RoleSet) { b.participant.SetAudience(a) }

// Track is the agent's voice in the room.
func (b *Bot) Track() *sfu.Track { return b.source.Track() }

// Participant is the agent in the room.
func (b *Bot) Participant() *sfu.Participant { return b.participant }

// Close stops the agent, leaves the room and waits until nothing of them runs.
func (b *Bot) Close() {
	b.Agent.Close()
	b.participant.Leave()
}

// voice is the agent's side of a local source.
type voice struct{ source *sfu.LocalSource }

func (v voice) WriteFrame(epoch uint64, opus []byte, samples48k uint32) error {
	err := v.source.Write(sfu.Frame{Epoch: epoch, Opus: opus, Samples48k: samples48k})
	if errors.Is(err, sfu.ErrStaleEpoch) || errors.Is(err, sfu.ErrTrackEnded) {
		return agentbot.ErrStale
	}
	return err
}
