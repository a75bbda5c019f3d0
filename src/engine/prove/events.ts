/** Where a service is on its way. */
export type Phase = 'waiting' | 'image' | 'baseline' | 'hardened' | 'bisecting' | 'settled' | 'confirming' | 'failed';

/** Something to show while a proof is under way. */
export type ProveEvent =
  /** All services there will be news of, in the order of the file. */
  | { kind: 'services'; services: readonly string[] }
  | { kind: 'phase'; service: string; phase: Phase; detail?: string }
  /** A run of the whole stack begins, and what it is about. */
  | { kind: 'run'; run: number; what: string }
  /** Where that run is. */
  | { kind: 'step'; what: string }
  | { kind: 'note'; text: string };

export type Listener = (event: ProveEvent) => void;
