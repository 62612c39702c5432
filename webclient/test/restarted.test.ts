import { describe, expect, it } from "vitest";
import { CallModel } from "../sdk/src/model.ts";
import type { JoinResult } from "../sdk/src/wire.ts";

const at = (epoch: number, cursor: number): JoinResult => ({
  participant: { id: "p_me", identity: "dana", role: "human" },
  call: { id: "c_1", state: "ai", epoch, holder: "p_ai", createdAt: 1 },
  participants: [{ id: "p_eli", identity: "eli", role: "human" }],
  iceServers: [],
  resumeToken: "c_1.r",
  cursor,
});

describe("a server that was restarted", () => {
  it("says which term it is, though the one before could not write its own; nobody barges in", () => {
    const told: [string, unknown][] = [];
    const m = new CallModel((event, payload) => told.push([event, payload]));
    m.joined(at(2, 4));
    m.notification("participantSpeaksTo", { participant: "p_eli", to: "everyone" });
    m.notification("callState", { state: "human", epoch: 9, holder: "p_me" }); // not durable: without seq
    told.length = 0;

    m.restarted();
    m.joined(at(4, 5));
    expect(m.state).toMatchObject({ state: "ai", epoch: 4, holder: "p_ai" });
    expect(m.speaksTo.size).toBe(0);
    expect(told).toContainEqual(["participantSpeaksTo", { participantId: "p_eli", to: "nobody" }]);
    m.notification("callState", { state: "pending", epoch: 4, seq: 6 });
    expect(m.state.state).toBe("pending");
  });
});
