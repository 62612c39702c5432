/** @relevo/sdk: calls that an AI answers and a human can take over. */
export { RelevoCall } from "./call.ts";
export { CallList, sortCalls, type CallListEvents, type CallListOptions } from "./calllist.ts";
export { Desk, type DeskEvents, type DeskOptions } from "./desk.ts";
export { byLine, DeskState, waits } from "./deskstate.ts";
export * from "./deskwire.ts";
export { canChooseSpeaker, listDevices, watchDevices, type Device, type DeviceList } from "./devices.ts";
export { ConnectionError, MediaError, RpcError, toMediaError } from "./errors.ts";
export type { ConnectionErrorCode, MediaErrorCode, MediaKind, RpcErrorKind } from "./errors.ts";
export type { AgentStateName, CallEvents, RemoteVideo, SubtitleEvent } from "./events.ts";
export { microphoneConstraints, open as openSource } from "./media.ts";
export { CALLER_SLOTS, CONSOLE_SLOTS, type SlotCount } from "./mlines.ts";
export type { Takeover } from "./model.ts";
export { socketUrl, type ConnectOptions } from "./options.ts";
export type { Quality } from "./quality.ts";
export type { IceHealth, ReconnectOptions } from "./reconnect.ts";
export { SessionStore } from "./session.ts";
export { Transcript, type Line } from "./transcript.ts";
export * from "./wire.ts";
