/** The console, as the admin pages know it. */
import { signal, type ReadonlySignal } from "@preact/signals-core";
import { Desk, type AgentLine, type CallSummary, type DeskBoard, type HandoffLine } from "../../../sdk/src/index.ts";
import type { Announcer } from "../../shared/announce.ts";
import { storeSession, type DeskSession } from "../desk.ts";
import type { DeskCall } from "../deskcall.ts";
import type { AdminHost } from "./host.ts";
import { Rest, type Send } from "./rest.ts";
import { go } from "./route.ts";
import type { Role } from "./types.ts";

/** What is wanted of ConsoleModel. Without a desk of its own, the pages look at it themselves. */
export interface HostModel {
  readonly session: { value: DeskSession | null };
  readonly announcer: Announcer;
  readonly prefs: { readonly value: object };
  readonly open: { readonly value: DeskCall | null };
  readonly online: { readonly value: boolean };
  readonly calls: { readonly value: CallSummary[] };
  readonly role?: { readonly value: Role };
  readonly board?: { readonly value: DeskBoard | null };
  readonly handoffs?: { readonly value: HandoffLine[] };
  readonly agents?: { readonly value: AgentLine[] };
  set(change: Record<string, boolean>): void;
  openCall(id: string): Promise<void>;
  assign?(handoff: string, agent: string): Promise<boolean>;
}

/** A call in which one can be heard by some. */
interface Speaks {
  speak?(audience: "nobody" | "humans" | "everyone"): unknown;
}

export function hostOf(model: HostModel, send?: Send): AdminHost {
  const own = model.board ? null : observe(model);
  const role = model.role ?? own!.role;
  const speak = async (call: string, audience: "humans" | "everyone") => {
    go("inbox");
    await model.openCall(call);
    await (model.open.value as Speaks | null)?.speak?.(audience);
  };
  return {
    rest: new Rest(() => model.session.value?.token ?? "", send),
    announcer: model.announcer,
    role,
    identity: {
      get value() {
        return model.session.value?.user.identity ?? "";
      },
    },
    board: model.board ?? own!.board,
    handoffs: model.handoffs ?? own!.handoffs,
    agents: model.agents ?? own!.agents,
    calls: model.calls,
    online: model.online,
    prefs: model.prefs as AdminHost["prefs"],
    switches: ["sound", "desktop", "badge"],
    set: (change) => model.set(change),
    listen(call) {
      go("inbox");
      void model.openCall(call);
    },
    whisper: (call) => void speak(call, "humans"),
    bargeIn: (call) => void speak(call, "everyone"),
    assign: (handoff, agent) => (model.assign ? model.assign(handoff, agent) : own!.assign(handoff, agent)),
    renamed(user) {
      const s = model.session.value;
      if (!s) return;
      model.session.value = { ...s, user: { ...s.user, ...user } };
      storeSession(model.session.value);
    },
  };
}

interface Own {
  role: ReadonlySignal<Role>;
  board: ReadonlySignal<DeskBoard | null>;
  handoffs: ReadonlySignal<HandoffLine[]>;
  agents: ReadonlySignal<AgentLine[]>;
  assign(handoff: string, agent: string): Promise<boolean>;
}

function observe(model: HostModel): Own {
  const role = signal<Role>("agent");
  const board = signal<DeskBoard | null>(null);
  const handoffs = signal<HandoffLine[]>([]);
  const agents = signal<AgentLine[]>([]);
  const s = model.session.value!;
  const desk = new Desk({ token: s.token, wsUrl: s.wsUrl, url: s.wsUrl ? undefined : "/", observe: true });
  desk.on("changed", (d) => {
    role.value = d.role;
    board.value = d.board;
    handoffs.value = d.handoffs;
    agents.value = d.agents;
  });
  desk.start();
  const assign = (handoff: string, agent: string) =>
    desk.assign(handoff, agent).then(
      () => true,
      () => false,
    );
  return { role, board, handoffs, agents, assign };
}
