/** Where a service is on its way. */
export type Phase = 'image' | 'baseline' | 'hardened' | 'bisecting' | 'settled' | 'confirming' | 'failed';

/** Something to show while a proof is under way. */
export type ProveEvent =
  | { kind: 'services'; services: readonly string[] }
  | { kind: 'phase'; service: string; phase: Phase; detail?: string }
  | { kind: 'run'; run: number; what: string }
  | { kind: 'note'; text: string };

export type Listener = (event: ProveEvent) => void;
