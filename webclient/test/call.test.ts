/** RelevoCall, CallList and the view models before the scripted server, in Node. */
import "./fakepeer.js";
import { WebSocket as NodeWebSocket } from "ws";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CallerModel } from "../app/caller/model.ts";
import { MicCheck } from "../app/caller/check.ts";
import { DeskCall } from "../app/console/deskcall.ts";
import { Announcer } from "../app/shared/announce.ts";
import { CallList, CONSOLE_SLOTS, RelevoCall, RpcError, type CallEvents, type ConnectOptions } from "../sdk/src/index.ts";
import type { FakeCall } from "./fakecall.ts";
import { FakeServer, notify } from "./fakeserver.ts";

Object.assign(globalThis, { WebSocket: NodeWebSocket });

let server: FakeServer;
let base: string;
let call: FakeCall;
let token: string;
let open: (RelevoCall | CallList)[];

beforeEach(async () => {
  server = new FakeServer();
  base = await server.listen();
  ({ call, token } = server.createCall());
  open = [];
});
afterEach(async () => {
  for (const c of open) if (c instanceof CallList) c.close();
  await server.close();
});

const DANA = { id: "h-dana", identity: "dana", role: "human" as const, name: "Dana Reyes" };

async function caller(o: Partial<ConnectOptions> = {}): Promise<{ c: RelevoCall; log: [string, unknown][] }> {
  const log: [string, unknown][] = [];
  const c = await RelevoCall.connect({ url: base, token, ...o }, (x) => x.onAny((e, p) => log.push([e, JSON.parse(JSON.stringify(p ?? null))])));
  open.push(c);
  await expect.poll(() => call.members.find((m) => m.participant.id === c.me?.id)?.channel?.readyState).toBe(1);
  return { c, log };
}

/** Resolves at the next event of a name. */
function next<K extends keyof CallEvents>(c: RelevoCall, event: K): Promise<CallEvents[K]> {
  return new Promise((resolve) => c.once(event, resolve));
}

const named = (log: [string, unknown][], ...names: string[]) => log.filter(([e]) => names.includes(e)).map(([e]) => e);

describe("RelevoCall", () => {
  it("joins, negotiates right behind, makes one offer with all m-lines", async () => {
    const { c } = await caller();
    expect(server.requests.map((r) => r.method).slice(0, 2)).toEqual(["join", "negotiate"]);
    const n = server.requests[1]!.params as unknown as { publish: { mid: string; source: string }[]; offer: { sdp: string } };
    expect(n.publish).toEqual([
      { mid: "0", source: "microphone" },
      { mid: "1", source: "camera" },
      { mid: "2", source: "screen" },
    ]);
    expect(n.offer.sdp.match(/^m=/gm)).toHaveLength(3 + 5 + 1);
    expect(c.negotiations).toBe(1);
    expect(JSON.stringify(server.requests[0]!.params)).toContain(token);
  });

  it("tells both takeover events once and in order though each comes twice", async () => {
    const { c, log } = await caller();
    const uid = call.startTakeover(DANA, 1);
    call.connectTakeover(DANA, uid);
    call.returnToAI();
    await next(c, "humanTakeoverEnded");
    await new Promise((r) => setTimeout(r, 50));
    expect(named(log, "humanTakeoverWillStart", "humanTakeoverConnected", "humanTakeoverEnded", "humanTakeoverFailed")).toEqual([
      "humanTakeoverWillStart",
      "humanTakeoverConnected",
      "humanTakeoverEnded",
    ]);
    expect(log.find(([e]) => e === "humanTakeoverWillStart")![1]).toEqual({ uid, mode: 1, name: "Dana Reyes" });
    expect(log.filter(([e]) => e === "callState").map(([, s]) => (s as { state: string }).state)).toEqual(["ai", "willStart", "human", "returning", "ai"]);
    expect(c.negotiations).toBe(1);
  });

  it("puts deltas together and tells each final once", async () => {
    const { c, log } = await caller();
    call.say("agent", "Hello there, how are you?");
    await expect.poll(() => c.model.transcript.lines.at(-1)?.final).toBe(true);
    const subtitles = log.filter(([e]) => e === "agentSubtitleNotify").map(([, p]) => p as { text: string; end: boolean });
    expect(subtitles.map((s) => s.text)).toEqual(["Hello ", "Hello there, ", "Hello there, how ", "Hello there, how are ", "Hello there, how are you?", "Hello there, how are you?"]);
    expect(subtitles.filter((s) => s.end)).toHaveLength(1);
  });

  it("resumes a lost socket, keeps the media session, repeats nothing", async () => {
    const { c, log } = await caller();
    call.say("agent", "One.");
    const uid = call.startTakeover(DANA, 1);
    await next(c, "humanTakeoverWillStart");
    const back = next(c, "reconnected");
    call.members[0]!.ws!.terminate();
    await back;
    call.connectTakeover(DANA, uid);
    await next(c, "humanTakeoverConnected");
    expect(named(log, "humanTakeoverWillStart", "humanTakeoverConnected")).toEqual(["humanTakeoverWillStart", "humanTakeoverConnected"]);
    const joins = server.requests.filter((r) => r.method === "join");
    expect(joins).toHaveLength(2);
    expect(joins[1]!.params["resume"]).toMatch(/^resume-/);
    expect(joins[1]!.params["token"]).toBeUndefined();
    expect(c.negotiations).toBe(1);
  });

  it("makes new media at a server that was down and is another, and has nothing twice", async () => {
    const { c, log } = await caller();
    const mic = { kind: "audio", stop() {} } as unknown as MediaStreamTrack;
    await c.adopt("microphone", mic);
    call.say("agent", "One.");
    const cut = call.say("agent", "Two is never finished", { end: false });
    const uid = call.startTakeover(DANA, 1);
    call.connectTakeover(DANA, uid);
    await next(c, "humanTakeoverConnected");
    const peers = globalThis.RTCPeerConnection as unknown as { last: { _id: string; connectionState: string; _transceivers: { sender: { track: unknown } }[] } };
    const before = peers.last;
    const tracks = [...c.audioTracks.values()];

    // The server is gone, with its sockets, channels and media, and comes back as another.
    const attempts: unknown[] = [];
    c.on("reconnecting", (r) => attempts.push(r));
    server.refuseSockets = true;
    server.dropSockets();
    call.restarted = true;
    await expect.poll(() => attempts.length).toBeGreaterThan(2);
    const back = next(c, "reconnected");
    server.refuseSockets = false;
    expect((await back).restarted).toBe(true);
    await expect.poll(() => call.members[0]!.channel?.readyState).toBe(1);
    await expect.poll(() => c.negotiations).toBe(1);

    expect(before.connectionState).toBe("closed");
    expect(peers.last._id).not.toBe(before._id);
    expect(peers.last._transceivers[0]!.sender.track).toBe(mic);
    expect(server.requests.filter((r) => r.method === "negotiate")).toHaveLength(2);
    expect([...c.audioTracks.values()]).toHaveLength(tracks.length);
    expect([...c.audioTracks.values()].some((t) => tracks.includes(t))).toBe(false);
    expect(c.model.transcript.lines.find((l) => l.key === `s:${cut}`)).toMatchObject({ text: "", final: true });

    // The takeover was cut; another of the same human follows, each told once.
    const member = call.members[0]!;
    for (const [method, params] of [
      ["humanTakeoverEnded", { takeoverUid: uid, reason: "restarted" }],
      ["humanTakeoverWillStart", { takeoverUid: "tk-new", takeoverMode: 1, name: "Dana Reyes" }],
      ["humanTakeoverConnected", { takeoverUid: "tk-new", name: "Dana Reyes" }],
    ] as const)
      notify(member.ws, method, params);
    await next(c, "humanTakeoverConnected");
    call.say("agent", "Three.");
    await expect.poll(() => c.model.transcript.lines.at(-1)).toMatchObject({ text: "Three.", final: true });
    expect(c.model.transcript.lines.filter((l) => l.text === "One.")).toHaveLength(1);
    expect(named(log, "humanTakeoverWillStart", "humanTakeoverConnected", "humanTakeoverEnded")).toEqual([
      "humanTakeoverWillStart",
      "humanTakeoverConnected",
      "humanTakeoverEnded",
      "humanTakeoverWillStart",
      "humanTakeoverConnected",
    ]);
    expect(c.closed).toBe(false);
  });

  it("ends the call when a restarted server has no place for its media", async () => {
    const { c } = await caller();
    call.restarted = true;
    server.failures.set("negotiate", { code: -32602, message: "no" });
    const closed = next(c, "closed");
    server.dropSockets();
    expect((await closed).reason).toBe("lost");
  });

  it("tells that a picture is off, and says nothing of a microphone that is closed", async () => {
    const { c } = await caller();
    const track = (kind: string) => ({ kind, stop() {} }) as unknown as MediaStreamTrack;
    const told = () => server.requests.filter((r) => r.method === "mute").map((r) => [r.params["source"], r.params["muted"]]);
    await c.adopt("microphone", track("audio"));
    await c.setMicrophone(false);
    await c.adopt("camera", track("video"));
    await c.adopt("screen", track("video"));
    await c.setCamera(false);
    await c.setScreen(false);
    const before = [
      ["camera", false],
      ["screen", false],
      ["camera", true],
      ["screen", true],
    ];
    await expect.poll(told).toEqual(before);
    // A new socket hears it all again: what was told while the old one died may be lost.
    const back = next(c, "reconnected");
    call.members[0]!.ws!.terminate();
    await back;
    await expect.poll(told).toEqual([...before, ["microphone", false], ["camera", true], ["screen", true]]);
  });

  it("gives up when the place is gone", async () => {
    const { c } = await caller({ reconnect: { windowMs: 600, baseMs: 50, maxMs: 100 } });
    server.refuseSockets = true;
    const closed = next(c, "closed");
    call.members[0]!.ws!.terminate();
    expect((await closed).reason).toBe("lost");
    expect(c.closed).toBe(true);
  });

  it("ends once, with the server's reason", async () => {
    const { c, log } = await caller();
    await c.hangup();
    await new Promise((r) => setTimeout(r, 30));
    expect(log.filter(([e]) => e === "closed")).toEqual([["closed", { reason: "ended" }]]);
  });

  it("rejects with the server's error, and says nothing else", async () => {
    await expect(RelevoCall.connect({ url: base, token: "wrong" })).rejects.toMatchObject({ name: "RpcError", kind: "unauthorized" });
  });

  it("tells who has the call when it is too late to take it over", async () => {
    const c = new RelevoCall({ url: base, token: "desk-dana", call: call.id, slots: CONSOLE_SLOTS });
    await c.connect();
    server.failures.set("takeover", { code: -32009, message: "Sam has this call.", data: { name: "Sam" } });
    const error = await c.takeover(0).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(RpcError);
    expect((error as RpcError).kind).toBe("conflict");
    expect((error as RpcError).data).toEqual({ name: "Sam" });
  });

  it("survives garbage on both ways", async () => {
    const { c, log } = await caller();
    const m = call.members[0]!;
    for (const text of ["", "nonsense", "[]", '{"jsonrpc":"2.0","method":"slots"}', '{"jsonrpc":"2.0","method":"callState","params":7}', '{"jsonrpc":"2.0","method":"unheardOf","params":{}}']) {
      m.ws!.send(text);
      m.channel!.send(text);
    }
    m.channel!.send('{"type":1002,"seqId":0,"epoch":1,"data":{"text":5}}');
    m.channel!.send('{"type":9999,"seqId":0,"epoch":1,"data":{}}');
    call.say("agent", "Still here.");
    await expect.poll(() => c.model.transcript.lines.at(-1)?.text).toBe("Still here.");
    expect(log.filter(([e]) => e === "closed")).toEqual([]);
  });
});

describe("CallList", () => {
  it("follows calls, says when one wants a person, comes back by itself", async () => {
    const list = new CallList({ url: base, token: "desk-dana" });
    open.push(list);
    const requested: string[] = [];
    const online: boolean[] = [];
    list.on("requested", (c) => requested.push(c.id));
    list.on("online", (o) => online.push(o));
    list.start();
    await expect.poll(() => list.calls.length).toBe(1);
    const other = server.createCall("Tomasz").call;
    await expect.poll(() => list.calls.length).toBe(2);
    other.setState("pending");
    await expect.poll(() => requested).toEqual([other.id]);
    expect(list.calls[0]!.id).toBe(other.id); // who waits is first
    server.refuseSockets = true;
    server.dropSockets();
    await expect.poll(() => online.at(-1)).toBe(false);
    server.refuseSockets = false;
    await expect.poll(() => online.at(-1), { timeout: 5_000 }).toBe(true);
  });
});

describe("view models", () => {
  const noMic = () => new MicCheck(() => Promise.reject(new DOMException("Permission denied", "NotAllowedError")));

  it("caller: says who one talks to, from the AI to the human and back", async () => {
    const m = new CallerModel({ config: () => Promise.resolve({ token, url: base }), check: noMic() });
    await m.start();
    expect(m.check.state.value).toBe("error");
    await m.join();
    expect(m.phase.value).toBe("call");
    expect(m.party.value).toMatchObject({ who: "agent", name: "Ava", role: "AI assistant" });
    await m.askForHuman();
    await expect.poll(() => m.state.value.state).toBe("pending");
    expect(m.waiting.value).toBe(true);
    await expect.poll(() => m.handoff.value?.position).toBe(1);
    const uid = call.startTakeover(DANA, 1);
    await expect.poll(() => m.takeover.value?.name).toBe("Dana Reyes");
    expect(m.party.value.who).toBe("agent"); // not before they are connected
    call.connectTakeover(DANA, uid);
    await expect.poll(() => m.party.value).toMatchObject({ who: "human", name: "Dana Reyes", role: "Human agent" });
    expect(m.handoff.value).toBeNull();
    call.returnToAI();
    await expect.poll(() => m.party.value.who).toBe("agent");
    await expect.poll(() => m.conversation.value.map((l) => l.event)).toEqual(["request", "willStart", "human", "ai"]);
    await m.hangup();
    expect(m.phase.value).toBe("ended");
  });

  it("caller: a refused token is said on the first page, not thrown", async () => {
    const m = new CallerModel({ config: () => Promise.resolve({ token: "bad", url: base }), check: noMic() });
    await m.start();
    await m.join();
    expect(m.phase.value).toBe("check");
    expect(m.joinError.value).toMatch(/access is not valid/);
  });

  it("desk: listens, takes over, holds, hands back", async () => {
    await caller();
    call.say("caller", "Can I talk to a person?");
    const d = new DeskCall({ id: call.id, token: "desk-dana", warm: () => false, announcer: new Announcer(), makeCall: (o) => new RelevoCall({ ...o, url: base }) });
    await d.open();
    expect(d.place.value).toBe("listening");
    await expect.poll(() => d.lines.value.map((l) => l.text)).toEqual(["Can I talk to a person?"]);
    expect(d.lines.value[0]!.backlog).toBe(true);
    await d.send("Be nice to her.");
    await expect.poll(() => d.lines.value.at(-1)?.private).toBe(true);
    const claim = d.takeOver(0); // no microphone here: one types
    await expect.poll(() => d.place.value).toBe("connecting");
    await claim;
    await expect.poll(() => d.place.value).toBe("holding");
    await d.handBack();
    await expect.poll(() => d.place.value).toBe("listening");
    expect(d.timeline.value.map((t) => t.state)).toEqual(["ai", "willStart", "human", "returning", "ai"]);
    await d.close();
    expect(server.requests.at(-1)!.method).toBe("leave");
  });

  it("desk: a second human is told who was first", async () => {
    const sam = { ...DANA, id: "h-sam", identity: "sam", name: "Sam Okafor" };
    const d = new DeskCall({ id: call.id, token: "desk-dana", warm: () => false, announcer: new Announcer(), makeCall: (o) => new RelevoCall({ ...o, url: base }) });
    await d.open();
    server.failures.set("takeover", { code: -32009, message: "taken", data: { name: sam.name } });
    await d.takeOver(0);
    expect(d.problem.value).toBe("Sam Okafor already has this call.");
    expect(d.place.value).toBe("listening");
  });

  it("desk: chooses what to receive, newest wish last", async () => {
    await caller();
    const d = new DeskCall({ id: call.id, token: "desk-dana", warm: () => false, announcer: new Announcer(), makeCall: (o) => new RelevoCall({ ...o, url: base }) });
    await d.open();
    const id = `${call.id}-caller`;
    d.want(id, { audio: false });
    d.want(id, { video: false });
    d.want(id, { audio: true });
    await expect.poll(() => server.requests.filter((r) => r.method === "subscribe").at(-1)?.params).toEqual({
      mode: "some",
      participants: [
        { id, audio: true, video: false, transcripts: true },
        { id: "agent", audio: true, video: true, transcripts: true },
      ],
    });
    d.wantAll(false);
    await expect.poll(() => server.requests.filter((r) => r.method === "subscribe").at(-1)?.params).toEqual({ mode: "none" });
  });
});
