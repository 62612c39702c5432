// A stand-in for RTCPeerConnection: no media, but tracks that are alive, and a
// data channel that runs over a WebSocket to the scripted server. Pages load it
// as an init script, tests in Node import it.
(function (g) {
  "use strict";
  let count = 0;

  class FakeChannel {
    constructor(label) {
      this.label = label;
      this.readyState = "connecting";
      this.bufferedAmount = 0;
      this.onopen = this.onclose = this.onmessage = null;
    }
    _connect(url) {
      const ws = (this._ws = new g.WebSocket(url));
      ws.onerror = () => {};
      ws.onopen = () => {
        this.readyState = "open";
        if (this.onopen) this.onopen();
      };
      ws.onmessage = (e) => this.onmessage && this.onmessage({ data: typeof e.data === "string" ? e.data : String(e.data) });
      ws.onclose = () => {
        this.readyState = "closed";
        if (this.onclose) this.onclose();
      };
    }
    send(text) {
      this._ws.send(text);
    }
  }

  function fakeTrack(kind, mid) {
    if (!g.document) return { kind, id: "t" + mid, stop() {} };
    if (kind === "audio") {
      const ctx = (fakeTrack.ctx = fakeTrack.ctx || new g.AudioContext());
      return ctx.createMediaStreamDestination().stream.getAudioTracks()[0];
    }
    const canvas = g.document.createElement("canvas");
    canvas.width = 640;
    canvas.height = 360;
    const c = canvas.getContext("2d");
    const draw = () => {
      const t = Date.now() / 1000;
      const grad = c.createLinearGradient(0, 0, 640, 360);
      grad.addColorStop(0, "#28344a");
      grad.addColorStop(1, "#52708c");
      c.fillStyle = grad;
      c.fillRect(0, 0, 640, 360);
      c.fillStyle = "#e6c7a8";
      c.beginPath();
      c.arc(320, 150 + Math.sin(t) * 4, 62, 0, 7);
      c.fill();
      c.fillStyle = "#b9d4e8";
      c.beginPath();
      c.ellipse(320, 350, 130, 130, 0, Math.PI, 0);
      c.fill();
    };
    draw();
    g.setInterval(draw, 100);
    return canvas.captureStream(10).getVideoTracks()[0];
  }

  class FakePeerConnection {
    constructor(config) {
      this._config = config || {};
      this._id = "peer" + ++count + "-" + Math.floor(Math.random() * 1e9).toString(36);
      this._transceivers = [];
      this.connectionState = "new";
      this.signalingState = "stable";
      this.ontrack = this.onicecandidate = this.onconnectionstatechange = null;
      FakePeerConnection.last = this;
    }
    addTransceiver(kind, init) {
      const t = {
        kind,
        direction: init.direction,
        mid: null,
        sender: {
          track: null,
          replaceTrack: async (track) => void (t.sender.track = track),
          getParameters: () => ({ encodings: [{}] }),
          setParameters: async () => {},
        },
        receiver: {
          getSynchronizationSources: () => [{ audioLevel: kind === "audio" ? 0.12 + 0.1 * Math.abs(Math.sin(Date.now() / 300)) : 0 }],
        },
      };
      this._transceivers.push(t);
      return t;
    }
    createDataChannel(label) {
      return (this._channel = new FakeChannel(label));
    }
    getConfiguration() {
      return this._config;
    }
    setConfiguration(c) {
      this._config = c;
    }
    async createOffer() {
      const lines = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=fake " + this._id, "t=0 0"];
      this._transceivers.forEach((t, i) => lines.push("m=" + t.kind + " 9 UDP/TLS/RTP/SAVPF 111", "a=mid:" + i, "a=" + t.direction));
      lines.push("m=application 9 UDP/DTLS/SCTP webrtc-datachannel", "a=mid:" + this._transceivers.length);
      return { type: "offer", sdp: lines.join("\r\n") + "\r\n" };
    }
    async setLocalDescription(d) {
      if (d.type === "rollback") {
        this.signalingState = "stable";
        return;
      }
      this._transceivers.forEach((t, i) => (t.mid = String(i)));
      this.signalingState = "have-local-offer";
      g.setTimeout(() => {
        const candidate = { candidate: "candidate:1 1 udp 1 127.0.0.1 9 typ host", sdpMid: "0", sdpMLineIndex: 0 };
        if (this.onicecandidate) this.onicecandidate({ candidate });
        if (this.onicecandidate) this.onicecandidate({ candidate: null });
      }, 0);
    }
    async setRemoteDescription(d) {
      this.signalingState = "stable";
      if (!this._tracked) {
        this._tracked = true;
        for (const t of this._transceivers) {
          if (t.direction !== "recvonly") continue;
          t.receiver.track = fakeTrack(t.kind, t.mid);
          if (this.ontrack) this.ontrack({ transceiver: t, track: t.receiver.track });
        }
        const base = d.sdp.match(/a=fake-channel:(\S+)/)[1];
        this._channel._connect(base + "?id=" + this._id);
      }
      this._state("connected");
    }
    async addIceCandidate() {}
    async getStats() {
      return new Map([["p", { type: "candidate-pair", nominated: true, currentRoundTripTime: 0.03 }]]);
    }
    _state(s) {
      this.connectionState = s;
      if (this.onconnectionstatechange) this.onconnectionstatechange();
    }
    close() {
      this.connectionState = "closed";
      if (this._channel._ws) this._channel._ws.close();
    }
  }

  g.RTCPeerConnection = FakePeerConnection;
})(globalThis);
